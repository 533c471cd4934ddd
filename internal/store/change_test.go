package store

import "testing"

func TestTopic(t *testing.T) {
	for statement, want := range map[string]string{
		"SELECT id FROM users":                                       "",
		"INSERT INTO tasks (id) VALUES ($1)":                         "tasks",
		"WITH v (id) AS (VALUES ($1))\n\t\tUPDATE program_users SET": "users",
		"UPDATE tenders SET holder = ''":                             "",
		"DELETE FROM locations\nWHERE":                               "locations",
	} {
		if got := topic(statement); got != want {
			t.Errorf("%q changes %q, want %q", statement, got, want)
		}
	}
}
