package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/miekg/dns"

	"osint/pkg/collectors/resolver"
)

// dnsAsk is the client under test: it reads names from a file, asks for each,
// and writes those that have an address.
func dnsAsk(how, server, list string) error {
	addr, err := netip.ParseAddrPort(server)
	if err != nil {
		return err
	}
	f, err := os.Open(list)
	if err != nil {
		return err
	}
	defer f.Close()
	names, out := bufio.NewScanner(f), bufio.NewWriter(os.Stdout)
	if how == "bare" {
		err = askBare(addr, names, out)
	} else {
		err = askEngine(addr, names, out)
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

func askEngine(addr netip.AddrPort, names *bufio.Scanner, out *bufio.Writer) error {
	r, err := resolver.New(resolver.Options{Servers: []netip.AddrPort{addr}})
	if err != nil {
		return err
	}
	defer r.Close()
	lost := 0
	err = r.Each(context.Background(), func() (resolver.Question, bool) {
		ok := names.Scan()
		return resolver.Question{Name: names.Text(), Type: dns.TypeA}, ok
	}, func(q resolver.Question, res resolver.Result) {
		switch {
		case res.Err != nil:
			lost++
		case len(res.Msg.Answer) > 0:
			out.WriteString(q.Name)
			out.WriteByte('\n')
		}
	})
	if err == nil && lost > 0 {
		err = fmt.Errorf("%d names lost", lost)
	}
	return err
}

const bareWindow = 128 // more gains nothing here

// askBare is the floor: one socket, a window of questions told apart by their
// id, and the same library to make and read messages. A window so small loses
// nothing; after ten seconds without a word it gives up.
func askBare(addr netip.AddrPort, names *bufio.Scanner, out *bufio.Writer) error {
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return err
	}
	defer c.Close()
	room, sent := make(chan uint16, bareWindow), make(chan int, 1)
	var pending [bareWindow]string
	for i := range bareWindow {
		room <- uint16(i)
	}
	go func() {
		n := 0
		m, buf := new(dns.Msg), make([]byte, 512)
		for ; names.Scan(); n++ {
			id := <-room
			pending[id] = names.Text() + "."
			m.SetQuestion(pending[id], dns.TypeA)
			m.Id = id
			wire, err := m.PackBuffer(buf)
			if err != nil {
				break
			}
			if _, err := c.Write(wire); err != nil {
				break
			}
		}
		sent <- n
	}()
	all, got, buf := -1, 0, make([]byte, 4096)
	for all < 0 || got < all {
		select {
		case all = <-sent:
			continue
		default:
		}
		c.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, err := c.Read(buf)
		if err != nil {
			return err
		}
		m := new(dns.Msg)
		if err := m.Unpack(buf[:n]); err != nil {
			return err
		}
		if m.Id >= bareWindow || len(m.Question) != 1 || m.Question[0].Name != pending[m.Id] {
			continue
		}
		if len(m.Answer) > 0 {
			out.WriteString(strings.TrimSuffix(m.Question[0].Name, "."))
			out.WriteByte('\n')
		}
		got++
		room <- m.Id
	}
	return nil
}
