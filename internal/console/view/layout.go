package view

import "slices"

var themes = []string{"auto", "light", "dark"}

func (p Page) theme() string {
	if slices.Contains(themes, p.Theme) {
		return p.Theme
	}
	return themes[0]
}

func (p Page) nextTheme() string {
	return themes[(slices.Index(themes, p.theme())+1)%len(themes)]
}

// inMore tells whether the page is one of those that a phone shows under More.
func (p Page) inMore() bool {
	return slices.Contains([]string{"conflicts", "history", "settings"}, p.Section)
}

// keys says to the modules whether keys may act alone.
func (p Page) keys() string {
	if p.KeysOff {
		return "off"
	}
	return "on"
}

// current is the value of aria-current.
func current(yes bool) string {
	if yes {
		return "page"
	}
	return "false"
}

func trueOr(yes bool) string {
	if yes {
		return "true"
	}
	return "false"
}
