package main

import (
	"osint/pkg/collectors/all"
	"osint/pkg/collectors/lab"
	"osint/pkg/compliance"
	"osint/pkg/telemetry"
	"osint/profiles"
	"strings"
)

// choices are the values that a flag takes and no others; nil where it takes
// what it is given. Configuration files are held against them, and the shells
// complete them.
func choices(flag string) []string {
	switch flag {
	case "color":
		return colors()
	case "progress":
		return screenNames()
	case "format":
		return formatNames()
	case "type":
		return typeNames()
	case "log-level":
		return telemetry.Levels()
	case "audience":
		return audienceWords()
	case "annotations":
		return annotationWords()
	case "from":
		return logPlaces()
	case "priority":
		return priorities()
	case "collector", "exclude":
		return collectorNames()
	case "with":
		return collectorsOnRequest()
	}
	return nil
}

// likely are the values that a flag takes among others: profiles and worlds
// may be files too, and a label is understood in other spellings.
func likely(flag string) []string {
	switch flag {
	case "profile":
		return profiles.Names()
	case "lab":
		return lab.Names()
	case "tlp":
		return labels()
	case "lawful-basis":
		return texts(compliance.Bases())
	case "fail-on":
		return []string{"critical", "high", "medium", "new", "new.severity>=high", "score>=", "coverage<"}
	}
	return nil
}

// sound says what is wrong with the name of a profile or of a world, or with
// the file that it stands for; nil of any other flag.
func sound(flag, value string) (err error) {
	switch {
	case value == "":
	case flag == "profile":
		_, err = profiles.Load(value)
	case flag == "lab":
		_, err = lab.Open(value)
	}
	return err
}

func labels() []string { return texts(compliance.Labels()) }

func collectorNames() (names []string) {
	for _, e := range all.Entries() {
		names = append(names, e.Spec.Name)
	}
	return names
}

// collectorsOnRequest are those that --with asks for.
func collectorsOnRequest() (names []string) {
	for _, e := range all.Entries() {
		if strings.HasPrefix(e.Spec.OnRequest, "--with ") {
			names = append(names, e.Spec.Name)
		}
	}
	return names
}
