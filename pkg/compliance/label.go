package compliance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"osint/pkg/pipeline/rule"
)

// A Label is a marking of the Traffic Light Protocol 2.0: with whom may this
// be shared.
type Label string

// The labels, from the most open to the strictest.
const (
	Clear       Label = "TLP:CLEAR"        // anybody
	Green       Label = "TLP:GREEN"        // the recipient's community
	Amber       Label = "TLP:AMBER"        // the recipient's organisation and its clients, as they need to know
	AmberStrict Label = "TLP:AMBER+STRICT" // the recipient's organisation alone
	Red         Label = "TLP:RED"          // the people named, nobody else
)

// Labels returns every label, from the most open to the strictest.
func Labels() []Label { return []Label{Clear, Green, Amber, AmberStrict, Red} }

// ParseLabel reads a label as a person types it: in any case, with or without
// "TLP:". The error says what to type instead.
func ParseLabel(text string) (Label, error) {
	word := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(text)), "TLP:")
	if word == "WHITE" {
		return "", fmt.Errorf("%s is a label of TLP 1.0: write TLP:CLEAR", strings.TrimSpace(text))
	}
	l := Label("TLP:" + word)
	if l.strictness() < 0 {
		return "", fmt.Errorf("there is no label %q: write one of %s", text, labelList())
	}
	return l, nil
}

// UnmarshalText reads a label: see [ParseLabel].
func (l *Label) UnmarshalText(text []byte) (err error) {
	*l, err = ParseLabel(string(text))
	return err
}

// strictness orders labels from Clear (0); -1 is no label.
func (l Label) strictness() int { return slices.Index(Labels(), l) }

func labelList() string {
	var words []string
	for _, l := range Labels() {
		words = append(words, string(l))
	}
	return strings.Join(words, ", ")
}

// A Marking is the label that cases get, and the most open one that a job may
// choose.
type Marking struct {
	Default Label `yaml:"default" json:"default"`
	Widest  Label `yaml:"widest" json:"widest"`
}

// Check implements [rule.Checker].
func (m Marking) Check() error {
	switch {
	case m.Default == "":
		return errors.New("default is missing: write default: TLP:AMBER")
	case m.Widest == "":
		return fmt.Errorf("widest is missing: write widest: %s", m.Default)
	case m.Default.strictness() < m.Widest.strictness():
		return rule.Key("default", fmt.Errorf("%s is more open than the widest, %s", m.Default, m.Widest))
	}
	return nil
}
