package infrastructure

import (
	"regexp"
	"slices"
	"testing"
)

// The table is sorted, names each port once, and in the form of IANA's names.
func TestKnownPorts(t *testing.T) {
	form := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	for i, k := range knownPorts {
		if !form.MatchString(k.name) || k.port == 0 || k.over != "tcp" && k.over != "udp" {
			t.Errorf("%+v is no port with a name", k)
		}
		if i > 0 && (k.port < knownPorts[i-1].port || k.port == knownPorts[i-1].port && k.over <= knownPorts[i-1].over) {
			t.Errorf("%d/%s does not follow %d/%s", k.port, k.over, knownPorts[i-1].port, knownPorts[i-1].over)
		}
		if got := portAt(k.port, k.over); got != k {
			t.Errorf("%d/%s is told as %+v", k.port, k.over, got)
		}
	}
	if k := portAt(443, "sctp"); k.name != "" || k.use != 0 {
		t.Errorf("nothing is known of 443/sctp, and it is told as %+v", k)
	}
	for use, want := range map[portUse][]uint16{
		remoteUse:     {23, 139, 445, 513, 514, 3389, 5555, 5900, 5985, 5986},
		industrialUse: {102, 161, 502, 554, 1883, 1911, 2404, 4840, 5683, 8883, 9100, 20000, 44818, 47808},
	} {
		var got []uint16
		for _, k := range knownPorts {
			if k.has(use) {
				got = append(got, k.port)
			}
		}
		if got = slices.Compact(got); !slices.Equal(got, want) {
			t.Errorf("ports of use %d are %v, want %v", use, got, want)
		}
	}
	if !portAt(2375, "tcp").has(dataUse|adminUse) || portAt(2376, "tcp").has(dataUse) {
		t.Error("Docker's two ports are of other uses")
	}
}
