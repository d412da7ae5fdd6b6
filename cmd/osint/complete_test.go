package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCompletions asks the completion script of each shell, in that shell, for
// what the words on a line may become.
func TestCompletions(t *testing.T) {
	home(t)
	t.Chdir(t.TempDir())
	if _, errs, code := runHere(t, "investigate", "hollowmere.example", "--lab", "silent", "--active", "--quiet", "--format", "json"); code != 0 {
		t.Fatal(errs)
	}
	write(t, "mine.yaml", "")
	approvedBy(t, "a.meyer", "ed25519:ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=")
	list, _, _ := runHere(t, "cases", "list", "--json")
	id := regexp.MustCompile(`c-[0-9a-f]{16}`).FindString(list)
	name := regexp.MustCompile(`hollowmere.example-[0-9TZ]+`).FindString(list)
	lines := []struct {
		words []string // the last is the one that is begun
		want  []string // among others
	}{
		{[]string{"inv"}, []string{"investigate"}},
		{[]string{"investigate", "--pro"}, []string{"--profile", "--progress", "--proxy"}},
		{[]string{"investigate", "--collector", "d"}, []string{"dns"}},
		{[]string{"investigate", "--exclude", "dns,who"}, []string{"dns,whois"}},
		{[]string{"investigate", "--endpoint", "crt"}, []string{"crt.sh="}},
		{[]string{"investigate", "--profile", ""}, []string{"default", "ci", "passive-only"}},
		{[]string{"investigate", "--profile", "./m"}, []string{"./mine.yaml"}},
		{[]string{"investigate", "--format", "p"}, []string{"pdf"}},
		{[]string{"investigate", "--progress", "pl"}, []string{"plain"}},
		{[]string{"investigate", "--lab", ""}, []string{"brindleford", "hostile", "silent"}},
		{[]string{"investigate", "--tlp", "TLP"}, []string{"TLP:AMBER", "TLP:RED"}},
		{[]string{"investigate", "--type", "infra"}, []string{"infrastructure"}},
		{[]string{"investigate", "netb"}, []string{"netblock:"}},
		{[]string{"compliance", "suppress", "add", "pers"}, []string{"person:"}},
		{[]string{"compliance", "suppress", "remove", "pers"}, []string{"person:"}},
		{[]string{"compliance", "approve", name, "--by", ""}, []string{"a.meyer"}},
		{[]string{"compliance", "approve", name, "--audience", "cl"}, []string{"clients"}},
		{[]string{"show", "hollow"}, []string{name}},
		{[]string{"report", "c-"}, []string{id}},
		{[]string{"resume", ""}, []string{name}},
		{[]string{"cases", "rm", "--yes", ""}, []string{name}},
		{[]string{"show", name, "fi"}, []string{"findings"}},
		{[]string{"show", id, "exchange", "x"}, nil}, // one is looked for below
		{[]string{"profile", "show", "pas"}, []string{"passive-only"}},
		{[]string{"lab", "serve", "br"}, []string{"brindleford"}},
		{[]string{"config", "set", "investigate.dep"}, []string{"investigate.depth"}},
		{[]string{"config", "set", "color", "nev"}, []string{"never"}},
		{[]string{"completion", "z"}, []string{"zsh"}},
		{[]string{"profile", "validate", "./"}, []string{"./mine.yaml"}},
		{[]string{"profile", "test", "g"}, []string{"gdpr"}},
		{[]string{"profile", "test", "gdpr", "./m"}, []string{"./mine.yaml"}},
		{[]string{"compliance", "frameworks", "u"}, []string{"uk-gdpr"}},
		{[]string{"keys", "set", "POSTGRES_P"}, []string{"POSTGRES_PASSWORD"}},
		{[]string{"keys", "check", "POSTGRES_PASSWORD", "POST"}, []string{"POSTGRES_PASSWORD"}},
		{[]string{"help", "exit"}, []string{"exit-codes"}},
	}
	for shell, ask := range shells {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil && shell != "osint" {
				t.Skipf("left out: %s is not installed", shell)
			}
			for _, l := range lines {
				got := ask(t, l.words)
				for _, w := range l.want {
					if !slices.Contains(got, w) {
						t.Errorf("osint %s: want %s among %q", strings.Join(l.words, " "), w, got)
					}
				}
				if l.want == nil && (len(got) == 0 || !regexp.MustCompile(`^x[0-9a-f]{20}$`).MatchString(got[0])) {
					t.Errorf("osint %s: no exchange in %q", strings.Join(l.words, " "), got)
				}
			}
		})
	}
}

// shells ask each shell, and the program itself, which is what every script
// asks, PowerShell's too.
var shells = map[string]func(*testing.T, []string) []string{
	"osint": func(t *testing.T, words []string) []string {
		out, _, _ := runHere(t, append([]string{"__complete"}, words...)...)
		return values(out)
	},
	"bash": func(t *testing.T, words []string) []string {
		return script(t, "bash", `
			source <(osint completion bash)
			_get_comp_words_by_ref() { words=("${COMP_WORDS[@]}"); cword=$COMP_CWORD; cur=${words[cword]}; prev=${words[cword-1]}; }
			compopt() { :; }
			__ltrim_colon_completions() { :; }
			COMP_WORDS=(osint "$@"); COMP_CWORD=$#; COMP_LINE="osint $*"; COMP_POINT=${#COMP_LINE}; COMP_TYPE=9
			__start_osint
			printf '%s\n' "${COMPREPLY[@]}"`, words)
	},
	"zsh": func(t *testing.T, words []string) []string {
		return script(t, "zsh", `
			compdef() { }; compadd() { }
			_describe() { local x; for x in $completions; do x=${x//\\:/,,}; x=${x%%:*}; print -r -- ${x//,,/:}; done }
			source <(osint completion zsh)
			words=(osint "$@"); CURRENT=$#words
			_osint`, words)
	},
	"fish": func(t *testing.T, words []string) []string {
		line := "osint " + strings.Join(words, " ")
		return script(t, "fish", `osint completion fish | source; complete -C $argv[1]`, []string{line})
	},
}

// script runs a shell that reads no file of the user's.
func script(t *testing.T, shell, text string, args []string) []string {
	t.Helper()
	quiet := map[string][]string{"bash": {"--norc", "-c", text, "bash"}, "zsh": {"-f", "-c", text, "zsh"}, "fish": {"--no-config", "-c", text}}
	cmd := exec.Command(shell, append(quiet[shell], args...)...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	out, err := cmd.Output()
	if err != nil && len(out) == 0 {
		t.Errorf("%s %q: %v", shell, args, err)
	}
	return values(string(out))
}

// values are the completions in an answer, without what they mean.
func values(text string) (list []string) {
	for _, line := range strings.Split(text, "\n") {
		word, _, _ := strings.Cut(line, "\t")
		if word, _, _ = strings.Cut(word, "  "); !strings.HasPrefix(line, ":") && word != "" {
			list = append(list, strings.ReplaceAll(word, `\`, ""))
		}
	}
	return list
}

// TestCompletionScripts holds that PowerShell's script asks the program, as
// the others do; PowerShell itself is on no machine of ours.
func TestCompletionScripts(t *testing.T) {
	out, _, code := runHere(t, "completion", "powershell")
	if code != 0 || !strings.Contains(out, "__complete") || !strings.Contains(out, "Register-ArgumentCompleter") {
		t.Error(code, len(out))
	}
}
