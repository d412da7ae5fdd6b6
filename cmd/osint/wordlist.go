package main

import (
	"slices"

	"osint/pkg/collectors"
	"osint/pkg/pipeline"
)

// sweeper is the collector that tries word lists.
const sweeper = "dns-words"

// words opens the list that --wordlist names, or the built-in one where
// --collector names the sweeper; nil if nobody asks for a sweep.
func (o *order) words(c *console) (*collectors.WordList, error) {
	switch {
	case o.wordlist != "":
		return c.wordList(o.wordlist)
	case slices.Contains(o.collectors, sweeper):
		return collectors.OpenWordList(collectors.BuiltinWordList)
	}
	return nil, nil
}

// wordList opens a list and says what in it is not used.
func (c *console) wordList(name string) (*collectors.WordList, error) {
	l, err := collectors.OpenWordList(name)
	if err != nil {
		return nil, usage("--wordlist: %w", err)
	}
	if l.Skipped > 0 {
		c.say("osint: --wordlist: %d names; lines that can't be names are skipped (%d), the first: %s", l.Ref.Names, l.Skipped, l.Bad)
	}
	return l, nil
}

// sameWords returns the list that a case goes on with: the one it recorded, if
// it is given again or built in; nil if the case never asked for a sweep. One
// that is not at hand is missing, which is said if its names are not all tried.
func (c *console) sameWords(cs *pipeline.Case, dir, given string) (*collectors.WordList, error) {
	ref := cs.Opened.WordList
	switch {
	case ref == nil && given != "":
		return nil, usage("--wordlist %s: the case was begun without a word list: leave the flag out", given)
	case ref == nil:
		return nil, nil
	case given != "":
		l, err := c.wordList(given)
		if err == nil && l.Ref.SHA256 != ref.SHA256 {
			err = usage("--wordlist %s: the case was begun with other bytes (%s, sha256 %s): give that file, or leave the flag out", given, ref.Name, ref.SHA256)
		}
		return l, err
	}
	if l, err := collectors.OpenWordList(collectors.BuiltinWordList); err != nil || l.Ref.SHA256 == ref.SHA256 {
		return l, err
	}
	if !swept(cs) {
		c.say("osint: the case's word list is not at hand: what it was to try stays open; give it with: osint resume %s --wordlist FILE", dir)
	}
	return collectors.MissingWordList(*ref), nil
}

// swept reports whether every sweep that a case began has ended.
func swept(cs *pipeline.Case) bool {
	begun := false
	for _, t := range cs.Tasks {
		if t.Key.Collector == sweeper {
			begun = true
			if t.Finished == nil || t.Finished.Outcome == pipeline.Cancelled {
				return false
			}
		}
	}
	return begun
}
