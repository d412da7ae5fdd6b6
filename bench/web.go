package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"osint/pkg/collectors/technology"
)

// pageCosts measures what it costs to load the rules of technologies and to
// hold a page against them, each time in a process of its own. The floor is
// reading the page's HTML.
func pageCosts() error {
	const runs = 5
	var load, page, read, rss []float64
	found := 0
	for range runs {
		t, err := child("web-of", "2000")
		if err != nil {
			return err
		}
		load, read, page = append(load, t.Steps[0].Seconds*1e3), append(read, t.Steps[1].Seconds/2000*1e3), append(page, t.Steps[2].Seconds/2000*1e3)
		rss, found = append(rss, t.rss), t.Pages
	}
	fmt.Printf("%-30s %s ms of CPU  goal 20 (%d runs)\n", "load the rules", spread(load, "%.1f"), runs)
	fmt.Printf("%-30s %s ms of CPU a page  goal 2, %d products found, %s MiB\n", "read and recognise 20 KB", spread(page, "%.3f"), found, spread(rss, "%.0f"))
	fmt.Printf("%-30s %s ms of CPU a page\n", "floor: read 20 KB of HTML", spread(read, "%.3f"))
	return nil
}

// pageCostsOf measures n pages in this process: its own time of processor.
func pageCostsOf(n int) error {
	t := new(timing)
	var rules *technology.Rules
	if err := t.spend("load", func() (err error) { rules, err = technology.Own(); return err }); err != nil {
		return err
	}
	header, body := benchPage()
	_ = t.spend("read", func() error {
		for range n {
			technology.ReadPage(body)
		}
		return nil
	})
	_ = t.spend("whole", func() error {
		for range n {
			t.Pages = len(rules.Detect(technology.Answer{Path: "/", Header: header, Page: technology.ReadPage(body)}))
		}
		return nil
	})
	return json.NewEncoder(os.Stdout).Encode(t)
}

// spend is take in time of the processor.
func (t *timing) spend(name string, do func() error) error {
	began := processor()
	err := do()
	t.Steps = append(t.Steps, timed{name, (processor() - began).Seconds()})
	return err
}

func processor() time.Duration {
	var use syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &use)
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// benchPage is a page of 20 KB as shops and papers have them: a head full of
// scripts, then text with links.
func benchPage() (http.Header, []byte) {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><head><title>A page</title><meta name="generator" content="WordPress 6.4.2">
<link rel="icon" href="/favicon.ico"><link rel="stylesheet" href="/wp-content/themes/x/style.css?ver=6.4.2">
<script src="/wp-includes/js/jquery/jquery.min.js?ver=3.7.1"></script><script src="https://www.googletagmanager.com/gtag/js?id=G-0"></script>
<script>window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)};_paq.push(['trackPageView']);</script>
<script src="https://cdnjs.cloudflare.com/ajax/libs/lodash.js/4.17.21/lodash.min.js" integrity="sha384-x"></script></head><body>`)
	for i := 0; b.Len() < 20<<10; i++ {
		fmt.Fprintf(&b, `<div class="article teaser-%d" data-id="%d"><h2><a href="/news/2026/11/%d-levels-and-tripods.html">Levels and tripods</a></h2><p>A short text of some words, as they stand below a heading, with a <a href="/tag/%d">link</a>.</p><img src="/wp-content/uploads/%d.jpg" alt=""></div>`+"\n", i, i, i, i, i)
	}
	b.WriteString("</body></html>")
	return http.Header{"Server": {"nginx/1.25.3"}, "X-Powered-By": {"PHP/8.2.7"}, "Set-Cookie": {"PHPSESSID=1; path=/", "lang=en"}}, []byte(b.String())
}
