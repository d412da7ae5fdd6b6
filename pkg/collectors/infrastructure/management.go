package infrastructure

import (
	"strings"

	"osint/pkg/pipeline"
)

// managing are products that rule other machines or let into a network, by what
// surveys and CPEs call them, and the categories that the rules of detection
// have for such products.
var managing = map[string][]string{
	"vpn": {"globalprotect", "connect secure", "pulse connect secure", "adaptive security appliance", "adaptive security appliance software",
		"netscaler gateway", "citrix gateway", "netscaler application delivery controller", "big-ip access policy manager", "openvpn access server",
		"fortinet ssl vpn", "guacamole", "horizon"},
	"firewall": {"fortios", "fortigate", "pan-os", "sonicos", "pfsense", "opnsense", "sophos firewall", "firewall operating system", "fireware",
		"fireware os", "routeros", "unifi network application", "ios xe"},
	"ci": {"jenkins", "teamcity", "argo cd", "gocd", "airflow", "n8n"},
	"console": {"phpmyadmin", "adminer", "pgadmin", "cpanel", "plesk", "directadmin", "webmin", "ispconfig", "cockpit", "portainer", "rancher",
		"kubernetes", "kubernetes dashboard", "docker", "consul", "vault", "rabbitmq", "activemq", "proxmox", "proxmox virtual environment", "virtual environment",
		"esxi", "vmware esxi", "vcenter server", "vmware vcenter server", "xen orchestra", "idrac", "integrated dell remote access controller",
		"integrated lights-out", "ilo", "jupyter notebook", "jupyter server", "node-red", "ipmi"},
}

// categoryOf returns the category of a product that manages others, by its name
// without a version; "" of any other.
func categoryOf(product string) string {
	product, _, _ = strings.Cut(product, "/")
	product = strings.ToLower(strings.Join(strings.Fields(product), " "))
	for category, names := range managing {
		for _, n := range names {
			if product == n {
				return category
			}
		}
	}
	return ""
}

// surveyedProduct is what a survey says to run somewhere.
func surveyedProduct(product pipeline.Entity) pipeline.Observation {
	return pipeline.Observation{Predicate: "runs", Object: &product, Value: map[string]any{"category": categoryOf(product.Value), "seen": "survey"}}
}
