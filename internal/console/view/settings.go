package view

// Settings leads to everything that is set once and seldom changed.
type Settings struct {
	Page  Page
	Parts []SettingsPart
}

// SettingsPart is one page of settings, and what it decides.
type SettingsPart struct{ Icon, Title, Text, Href string }
