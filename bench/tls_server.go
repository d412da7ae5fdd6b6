package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// served is where the server of the TLS measurement is.
type served struct {
	TLS string `json:"tls"`
	DNS string `json:"dns"`
}

// tlsServe serves tlsHosts names, each with a P-256 certificate of its own,
// and DNS that gives every name an address. Names that begin with "closes"
// are hung up on, those with "refuses" get an alert.
func tlsServe() error {
	certs, err := certificates()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	config := &tls.Config{SessionTicketsDisabled: true, GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if strings.HasPrefix(h.ServerName, "closes") {
			h.Conn.Close()
		}
		if c := certs[h.ServerName]; c != nil {
			return c, nil
		}
		return nil, errors.New("no such name")
	}}
	go accept(l, config)
	go func() {
		_ = (&dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(resolveAll)}).ActivateAndServe()
	}()
	if err := json.NewEncoder(os.Stdout).Encode(served{l.Addr().String(), packets.LocalAddr().String()}); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin) // until the parent goes
	return err
}

func accept(l net.Listener, config *tls.Config) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			if tls.Server(conn, config).Handshake() == nil {
				_, _ = io.Copy(io.Discard, conn)
			}
		}()
	}
}

// resolveAll gives every name the address 192.0.2.1, and no other records.
func resolveAll(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg).SetReply(q)
	if h := q.Question[0]; h.Qtype == dns.TypeA {
		m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: h.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60}, A: net.IPv4(192, 0, 2, 1)}}
	}
	_ = w.WriteMsg(m)
}

func hostName(i int) string { return fmt.Sprintf("h%d.corp.example", i) }

// certificates makes a certificate for each name, all from one authority.
func certificates() (map[string]*tls.Certificate, error) {
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "bench"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 1, 0), KeyUsage: x509.KeyUsageCertSign}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	all := make(map[string]*tls.Certificate, tlsHosts)
	for i := range tlsHosts {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return nil, err
		}
		leaf := &x509.Certificate{SerialNumber: big.NewInt(int64(i + 2)), DNSNames: []string{hostName(i)}, NotBefore: root.NotBefore, NotAfter: root.NotAfter}
		der, err := x509.CreateCertificate(rand.Reader, leaf, root, key.Public(), rootKey)
		if err != nil {
			return nil, err
		}
		all[hostName(i)] = &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	}
	return all, nil
}
