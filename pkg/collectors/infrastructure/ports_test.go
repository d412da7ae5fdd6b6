package infrastructure_test

import (
	"testing"

	"osint/pkg/collectors/infrastructure"
	"osint/pkg/collectors/lab/trial"
	"osint/pkg/pipeline"
)

// A scan tells what is open and who greets there, in one exchange, and nothing
// of ports that are closed.
func TestPorts(t *testing.T) {
	const acme = "-- dns://acme.example --\n@ A 192.0.2.1\n\n"
	for _, c := range []struct {
		name, world string
		says        []string
	}{
		{"a server of mail and files", acme + "-- tcp://192.0.2.1:22 --\n\nSSH-2.0-OpenSSH_9.2p1\n-- tcp://192.0.2.1:25 --\n\n550 203.0.113.7 go away\n", []string{
			"192.0.2.1 listens-on service:192.0.2.1:22/tcp", "192.0.2.1 listens-on service:192.0.2.1:25/tcp", "192.0.2.1 runs technology:openssh/9.2p1 map[category: seen:greeting at port 22]",
			"192.0.2.1:22/tcp service-banner map[banner:SSH-2.0-OpenSSH_9.2p1 industrial:false product:OpenSSH protocol:ssh seen:greeting version:9.2p1]",
			"192.0.2.1:25/tcp service-banner map[banner:550 industrial:false product: protocol:smtp seen:greeting version:]"}},
		{"a controller that waits, and one that babbles", acme + "-- tcp://192.0.2.1:502 --\nsilent\n\n-- tcp://192.0.2.1:44818 --\nendless\n\nbabble\n", []string{
			"192.0.2.1 listens-on service:192.0.2.1:502/tcp", "192.0.2.1 listens-on service:192.0.2.1:44818/tcp"}},
		{"the web", acme + "-- http://acme.example/ --\n\nhello\n", []string{"192.0.2.1 listens-on service:192.0.2.1:80/tcp"}},
		{"ports that the scan does not try", acme + "-- tcp://192.0.2.1:4444 --\n\nSSH-2.0-x\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := trial.Tell(t, infrastructure.All(), "ports", "ip:192.0.2.1", c.world)
			o.Says(t, c.says...)
			want := pipeline.OK
			if c.says == nil {
				want = pipeline.Empty
			}
			o.Ends(t, want, "")
			if len(o.Exchanges) != 1 {
				t.Errorf("%d exchanges", len(o.Exchanges))
			}
		})
	}
	o := trial.Tell(t, infrastructure.All(), "ports", "ip:10.0.0.1", acme)
	o.Says(t)
	o.Ends(t, pipeline.Blocked, "not a public address")
}
