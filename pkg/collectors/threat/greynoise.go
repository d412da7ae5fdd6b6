package threat

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"osint/pkg/collectors"
	"osint/pkg/collectors/loose"
	"osint/pkg/pipeline"
)

// greyNoise asks whether an address was seen to scan the internet, with a key.
func greyNoise() collectors.Entry {
	s := greyNoiseSpec("greynoise", "Whether an address scans the internet (GreyNoise)", pipeline.Source{
		Commercial: pipeline.Contract, Slots: 1, Interval: time.Second, TTL: 6 * time.Hour})
	s.Produces = append(s.Produces, "used-as")
	s.Keys = []string{greyNoiseKey}
	return collectors.Entry{Spec: s, Collect: readGreyNoise}
}

const greyNoiseKey = "GREYNOISE_API_KEY"

// greyNoiseCommunity asks the same without a key, of which less is said, and
// little a day. It stands in for the other.
func greyNoiseCommunity() collectors.Entry {
	s := greyNoiseSpec("greynoise-community", "Whether an address scans the internet, without a key (GreyNoise Community)", pipeline.Source{
		Commercial: pipeline.No, Slots: 1, Interval: 2 * time.Second, Daily: 10, TTL: 24 * time.Hour})
	s.StandsInFor = "greynoise"
	return collectors.Entry{Spec: s, Collect: readGreyNoiseCommunity}
}

// greyNoiseSpec is what both have in common.
func greyNoiseSpec(name, title string, s pipeline.Source) pipeline.Spec {
	s.Name, s.Family, s.Base, s.Country = name, "scanners", "https://api.greynoise.io", "US"
	s.Terms, s.Verified = "https://www.greynoise.io/terms", "2026-11-23"
	return pipeline.Spec{
		Name: name, Title: title, Domain: pipeline.Threat,
		Consumes: []pipeline.Kind{pipeline.KindIP},
		Produces: []pipeline.Predicate{"scanner"},
		Emits:    []pipeline.Category{pipeline.Technical},
		Mode:     pipeline.Passive, Origin: "greynoise", Grade: "B2",
		Source:  s,
		Sends:   []pipeline.Kind{pipeline.KindIP},
		Ceiling: pipeline.Ceiling{Requests: 5, Bytes: 2 << 20},
	}
}

// scannerSeen is what GreyNoise says of an address with a key.
type scannerSeen struct {
	IP      loose.Text
	Service loose.Object[struct {
		Found    loose.Truth
		Category loose.Text
		Name     loose.Text
	}] `json:"business_service_intelligence"`
	Scanner loose.Object[struct {
		Found          loose.YesNo
		Classification loose.Text
		First          loose.Time `json:"first_seen"`
		Last           loose.Time `json:"last_seen"`
		Actor          loose.Text
		VPN            loose.Truth
		Tor            loose.Truth
	}] `json:"internet_scanner_intelligence"`
}

func readGreyNoise(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	if err := onlyIPv4(subject, "greynoise"); err != nil {
		return err
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "address", URL: "/v3/ip/" + subject.Value, Accept: "json", NoFollow: true, MaxBytes: 2 << 20,
		Credential: collectors.Credential{Name: greyNoiseKey, Header: "key"}})
	if err != nil {
		return err
	}
	var x scannerSeen
	if a.Status != 200 && a.Status != 404 || json.Unmarshal(a.Body, &x) != nil || !isAddress(x.IP, subject) || !x.Scanner.Of.Found.Is {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("greynoise answered %d with something that is not about the address", a.Status))
	}
	emit = provenBy(a, emit)
	s := x.Scanner.Of
	if s.Found.No() {
		emit(pipeline.Observation{Predicate: "scanner", Denies: true})
	} else {
		tellScanner(s.Classification, s.Actor, s.First, s.Last, net.Now(), emit)
	}
	for kind, is := range map[string]bool{"vpn": bool(s.VPN), "tor": bool(s.Tor), "cdn": bool(x.Service.Of.Found) && x.Service.Of.Category == "cdn"} {
		if is {
			emit(pipeline.Observation{Predicate: "used-as", Value: stated(map[string]any{"kind": kind, "by": "GreyNoise",
				"name": map[bool]string{true: oneLineOf(x.Service.Of.Name.String())}[kind == "cdn"]})})
		}
	}
	return nil
}

func readGreyNoiseCommunity(ctx context.Context, net *collectors.View, subject pipeline.Entity, emit collectors.Emit) error {
	if err := onlyIPv4(subject, "greynoise"); err != nil {
		return err
	}
	a, err := net.HTTP(ctx, collectors.Request{Operation: "address", URL: "/v3/community/" + subject.Value, Accept: "json", NoFollow: true, MaxBytes: 1 << 20})
	if err != nil {
		return err
	}
	var x struct {
		IP             loose.Text
		Noise          loose.YesNo
		Classification loose.Text
		Name           loose.Text
		Last           loose.Time `json:"last_seen"`
	}
	if a.Status != 200 && a.Status != 404 || json.Unmarshal(a.Body, &x) != nil || !isAddress(x.IP, subject) || !x.Noise.Is {
		return pipeline.Fail(pipeline.Malformed, fmt.Sprintf("greynoise answered %d with something that is not about the address", a.Status))
	}
	emit = provenBy(a, emit)
	if x.Noise.No() {
		emit(pipeline.Observation{Predicate: "scanner", Denies: true})
		return nil
	}
	tellScanner(x.Classification, x.Name, loose.Time{}, x.Last, net.Now(), emit)
	return nil
}

// tellScanner tells of one that scans. That it is benign is said of why it scans,
// and of nothing else.
func tellScanner(classification, name loose.Text, first, last loose.Time, now time.Time, emit collectors.Emit) {
	class := strings.ToLower(classification.String())
	switch class {
	case "benign", "malicious", "suspicious":
	default:
		class = "unknown"
	}
	emit(pipeline.Observation{Predicate: "scanner", At: asOf(last, now), Value: stated(map[string]any{"classification": class, "benign": class == "benign",
		"name": family(name.String()), "first": first.RFC3339(), "last": last.RFC3339()})})
}
