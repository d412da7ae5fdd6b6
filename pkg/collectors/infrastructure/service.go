package infrastructure

import (
	"path"
	"strings"
)

// A service gives its customers names at which their aliases point. When a
// customer leaves and the alias stays, somebody else may be given the name.
type service struct {
	name  string
	ends  []string // what its customers' names end in; a * stands for text within one label
	page  *sign    // how a name that nobody uses shows itself; nil: it does not exist
	claim claim
}

// A claim says what it took to be given a name of another's choice, when
// that was last looked at.
type claim string

const (
	open    claim = "open"    // an account
	guarded claim = "guarded" // proof of the domain, or luck: names are drawn, held back or checked
)

// A sign is the page that a service shows for a name that nobody uses: every
// text in it, and the status if one is known. The texts are the service's
// own.
type sign struct {
	status int
	texts  []string
}

// shows reports whether an answer is that page.
func (s *sign) shows(status int, body string) bool {
	if s.status != 0 && s.status != status {
		return false
	}
	for _, t := range s.texts {
		if !strings.Contains(body, t) {
			return false
		}
	}
	return true
}

// servicesSeen is the date of the state that the table is of.
const servicesSeen = "2025-02-08"

// hostedServices are the services whose sign for an unused name is known. Left
// out are those whose sign is a bare status, an empty page or a redirect: such
// a page is shown for many reasons.
//
// The signs of the open ones, and that they were open, are facts gathered in
// the public list can-i-take-over-xyz (github.com/EdOverflow/can-i-take-over-xyz,
// CC BY 4.0), as of servicesSeen; those of the guarded ones are what they show.
// The choice and the grouping are ours.
var hostedServices = []service{
	{"Amazon Elastic Beanstalk", []string{"elasticbeanstalk.com"}, nil, open},
	{"Amazon S3", []string{"s3.amazonaws.com", "s3.*.amazonaws.com", "s3-*.amazonaws.com", "s3-website.*.amazonaws.com"},
		&sign{404, []string{"The specified bucket does not exist"}}, open},
	{"Azure", strings.Fields(`azure-api.net azurecontainer.io azurecr.io azureedge.net azurehdinsight.net azurewebsites.net
		blob.core.windows.net cloudapp.azure.com cloudapp.net database.windows.net redis.cache.windows.net
		search.windows.net servicebus.windows.net visualstudio.com`), nil, open},
	{"Discourse", []string{"trydiscourse.com"}, nil, open},

	{"Agile CRM", []string{"agilecrm.com"}, &sign{0, []string{"Sorry, this page is no longer available."}}, open},
	{"Airee", []string{"airee.ru"}, &sign{402, []string{"Ошибка 402"}}, open},
	{"Anima", []string{"animaapp.io"}, &sign{0, []string{"The page you were looking for does not exist."}}, open},
	{"Bitbucket", []string{"bitbucket.io"}, &sign{404, []string{"Repository not found"}}, open},
	{"Campaign Monitor", []string{"createsend.com"}, &sign{0, []string{"Trying to access your account?"}}, open},
	{"Canny", []string{"canny.io"}, &sign{0, []string{"Company Not Found"}}, open},
	{"Gemfury", []string{"furyns.com"}, &sign{404, []string{"404: This page could not be found."}}, open},
	{"Ghost", []string{"ghost.io"}, &sign{0, []string{"Site unavailable"}}, open},
	{"Hatena Blog", []string{"hatenablog.com"}, &sign{404, []string{"404 Blog is not found"}}, open},
	{"Help Scout", []string{"helpscoutdocs.com"}, &sign{0, []string{"No settings were found for this company:"}}, open},
	{"Helpjuice", []string{"helpjuice.com"}, &sign{0, []string{"We could not find what you're looking for."}}, open},
	{"ngrok", []string{"ngrok.io"}, &sign{404, []string{"Tunnel ", " not found"}}, open},
	{"Pantheon", []string{"pantheonsite.io"}, &sign{404, []string{"404 error unknown site!"}}, open},
	{"Pingdom", []string{"stats.pingdom.com"}, &sign{0, []string{"Sorry, couldn't find the status page"}}, open},
	{"Read the Docs", []string{"readthedocs.io"}, &sign{404, []string{"The link you have followed or the URL that you entered does not exist."}}, open},
	{"ReadMe", []string{"readme.io"}, &sign{0, []string{"still working on making everything perfect!"}}, open},
	{"Short.io", []string{"short.io"}, &sign{0, []string{"Link does not exist"}}, open},
	{"Strikingly", []string{"s.strikinglydns.com"}, &sign{404, []string{"PAGE NOT FOUND."}}, open},
	{"Surge", []string{"surge.sh"}, &sign{404, []string{"project not found"}}, open},
	{"SurveySparrow", []string{"surveysparrow.com"}, &sign{0, []string{"Account not found."}}, open},
	{"Uberflip", []string{"read.uberflip.com"}, &sign{0, []string{"does not provide a hub"}}, open},
	{"UptimeRobot", []string{"stats.uptimerobot.com"}, &sign{404, []string{"page not found"}}, open},
	{"WordPress.com", []string{"wordpress.com"}, &sign{0, []string{"Do you want to register"}}, open},
	{"Worksites", []string{"worksites.net"}, &sign{0, []string{"Hello! Sorry, but the website"}}, open},
	{"YouTrack", []string{"youtrack.cloud"}, &sign{0, []string{"is not a registered InCloud YouTrack"}}, open},

	{"Fastly", []string{"fastly.net", "fastlylb.net"}, &sign{0, []string{"Fastly error: unknown domain"}}, guarded},
	{"GitHub Pages", []string{"github.io"}, &sign{404, []string{"There isn't a GitHub Pages site here."}}, guarded},
	{"Heroku", []string{"herokudns.com", "herokuapp.com"}, &sign{404, []string{"herokucdn.com/error-pages/no-such-app.html"}}, guarded},
	{"Netlify", []string{"netlify.app", "netlify.com"}, &sign{404, []string{"Not Found - Request ID:"}}, guarded},
	{"Shopify", []string{"myshopify.com"}, &sign{0, []string{"Sorry, this shop is currently unavailable."}}, guarded},
	{"Vercel", []string{"vercel-dns.com", "vercel.app"}, &sign{404, []string{"DEPLOYMENT_NOT_FOUND"}}, guarded},
	{"Zendesk", []string{"zendesk.com"}, &sign{0, []string{"Help Center Closed"}}, guarded},
}

// signature says by what a service's unused names are known: "name", which
// does not exist, or "page".
func (s *service) signature() string {
	if s.page == nil {
		return "name"
	}
	return "page"
}

// serviceOf returns the service that an alias to a name makes use of, or nil.
func serviceOf(name string) *service {
	for i := range hostedServices {
		for _, pattern := range hostedServices[i].ends {
			if within(name, pattern) {
				return &hostedServices[i]
			}
		}
	}
	return nil
}

// within reports whether a name ends in the labels of a pattern. It may be no
// longer: some services give all customers one name.
func within(name, pattern string) bool {
	labels, want := strings.Split(name, "."), strings.Split(pattern, ".")
	if len(labels) < len(want) {
		return false
	}
	for i, l := range labels[len(labels)-len(want):] {
		if ok, err := path.Match(want[i], l); err != nil || !ok {
			return false
		}
	}
	return true
}
