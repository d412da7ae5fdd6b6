package infrastructure

// A portUse says what strangers could do at a port, if what usually listens
// there lets them.
type portUse uint8

// The uses of ports; one may have several.
const (
	remoteUse     portUse = 1 << iota // work at the machine, or with its files, from afar
	dataUse                           // read or write what is stored
	industrialUse                     // sense or move something in the world: controllers, buildings, cameras, printers, things
	adminUse                          // rule the machine, or others by it
)

// A knownPort is what usually listens at a port, by the name that IANA's
// registry has for it, or by the product's where another registered the number
// or nobody did. What listens in fact, a port does not say.
type knownPort struct {
	port uint16
	over string // tcp, udp
	name string
	use  portUse
}

// knownPorts is sorted by port, then by protocol.
var knownPorts = []knownPort{
	{21, "tcp", "ftp", 0},
	{22, "tcp", "ssh", 0},
	{23, "tcp", "telnet", remoteUse},
	{25, "tcp", "smtp", 0},
	{53, "tcp", "domain", 0},
	{53, "udp", "domain", 0},
	{69, "udp", "tftp", 0},
	{80, "tcp", "http", 0},
	{102, "tcp", "iso-tsap", industrialUse},
	{110, "tcp", "pop3", 0},
	{111, "tcp", "sunrpc", 0},
	{123, "udp", "ntp", 0},
	{135, "tcp", "epmap", 0},
	{139, "tcp", "netbios-ssn", remoteUse},
	{143, "tcp", "imap", 0},
	{161, "tcp", "snmp", industrialUse},
	{161, "udp", "snmp", industrialUse},
	{179, "tcp", "bgp", 0},
	{389, "tcp", "ldap", 0},
	{443, "tcp", "https", 0},
	{443, "udp", "https", 0},
	{445, "tcp", "microsoft-ds", remoteUse},
	{465, "tcp", "submissions", 0},
	{502, "tcp", "mbap", industrialUse},
	{513, "tcp", "login", remoteUse},
	{514, "tcp", "shell", remoteUse},
	{554, "tcp", "rtsp", industrialUse},
	{587, "tcp", "submission", 0},
	{623, "udp", "asf-rmcp", adminUse},
	{631, "tcp", "ipp", 0},
	{636, "tcp", "ldaps", 0},
	{873, "tcp", "rsync", 0},
	{993, "tcp", "imaps", 0},
	{995, "tcp", "pop3s", 0},
	{1080, "tcp", "socks", 0},
	{1433, "tcp", "ms-sql-s", dataUse},
	{1521, "tcp", "oracle", dataUse},
	{1723, "tcp", "pptp", 0},
	{1883, "tcp", "mqtt", industrialUse},
	{1911, "tcp", "niagara-fox", industrialUse},
	{2049, "tcp", "nfs", dataUse},
	{2181, "tcp", "zookeeper", dataUse},
	{2375, "tcp", "docker", dataUse | adminUse},
	{2376, "tcp", "docker-s", adminUse},
	{2379, "tcp", "etcd-client", dataUse},
	{2404, "tcp", "iec-104", industrialUse},
	{3128, "tcp", "http-proxy", 0},
	{3306, "tcp", "mysql", dataUse},
	{3389, "tcp", "ms-wbt-server", remoteUse},
	{4786, "tcp", "smart-install", adminUse},
	{4840, "tcp", "opcua-tcp", industrialUse},
	{5060, "tcp", "sip", 0},
	{5432, "tcp", "postgresql", dataUse},
	{5555, "tcp", "adb", remoteUse},
	{5601, "tcp", "kibana", dataUse | adminUse},
	{5672, "tcp", "amqp", dataUse},
	{5683, "udp", "coap", industrialUse},
	{5900, "tcp", "rfb", remoteUse},
	{5984, "tcp", "couchdb", dataUse},
	{5985, "tcp", "wsman", remoteUse},
	{5986, "tcp", "wsmans", remoteUse},
	{6379, "tcp", "redis", dataUse},
	{6443, "tcp", "kubernetes-api", adminUse},
	{7547, "tcp", "cwmp", adminUse},
	{8006, "tcp", "proxmox", adminUse},
	{8080, "tcp", "http-alt", 0},
	{8086, "tcp", "influxdb", dataUse},
	{8443, "tcp", "https-alt", 0},
	{8500, "tcp", "consul", dataUse | adminUse},
	{8883, "tcp", "secure-mqtt", industrialUse},
	{9042, "tcp", "cassandra", dataUse},
	{9090, "tcp", "prometheus", adminUse},
	{9100, "tcp", "pdl-datastream", industrialUse},
	{9200, "tcp", "elasticsearch", dataUse},
	{10000, "tcp", "webmin", adminUse},
	{10250, "tcp", "kubelet", adminUse},
	{11211, "tcp", "memcache", dataUse},
	{15672, "tcp", "rabbitmq-management", adminUse},
	{20000, "tcp", "dnp", industrialUse},
	{27017, "tcp", "mongodb", dataUse},
	{44818, "tcp", "ethernet-ip", industrialUse},
	{47808, "udp", "bacnet", industrialUse},
}

// portAt returns what usually listens at a port. Of any other port than those
// of the table it has no name and no use.
func portAt(port uint16, over string) knownPort {
	for _, k := range knownPorts {
		if k.port == port && k.over == over {
			return k
		}
	}
	return knownPort{port: port, over: over}
}

// has reports whether a port has all of these uses.
func (k knownPort) has(u portUse) bool { return k.use&u == u }
