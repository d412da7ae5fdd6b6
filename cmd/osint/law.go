package main

import (
	"osint/pkg/compliance/law"
	"osint/profiles"
)

// law returns the frameworks and lists that hold here: those that the
// organisation's document names, else all of the shelf.
func (c *console) law() (*law.Book, error) {
	dir, names, err := c.frameworks()
	if err != nil {
		return nil, err
	}
	book, err := profiles.LawOf(dir, names...)
	if err != nil {
		return nil, usage("%w", err)
	}
	return book, nil
}

// frameworks returns what the organisation's document names, and the folder
// that its paths start from.
func (c *console) frameworks() (dir string, names []string, err error) {
	p, err := c.policy()
	if err != nil {
		return "", nil, err
	}
	dir, names = named(p.organisation)
	return dir, names, nil
}
