package store

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Each table is either exported or left out by decision, and no column whose
// name sounds secret is exported without one.
func TestExportIsDecided(t *testing.T) {
	leftOut := []string{
		"settings",         // the command writes them, without what is sealed
		"sessions",         // digests of cookies
		"sign_in_attempts", // remote addresses
		"preferences", "notifications",
		"notification_log",                     // Apple's texts of the last days; they may name anybody
		"webhook_messages",                     // what other programs are told, for some days
		"auto_invites",                         // whom this server is about to invite
		"imprints", "touched", "license_looks", // what is read anew by itself
		"same_accounts", "conflict_counts", // kept numbers, which facts make anew
		"mdm_channels", "mdm_commands", "mdm_push_certs", "mdm_cert_hashes", "mdm_challenges", "mdm_identities", // what devices are answered from: worth nothing elsewhere
		"import_chunks", "import_failures", "import_mappings", // the uploaded files
	}
	db, err := Open(t.Context(), filepath.Join(t.TempDir(), "a.db"), time.Now, func() string { return "id" })
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	tables, err := all(t.Context(), db, scanString, `SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'
		AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'river_%' AND name NOT LIKE 'goose_%'`)
	if err != nil || len(tables) < 20 {
		t.Fatal(tables, err)
	}
	for _, table := range tables {
		i := slices.IndexFunc(exported(), func(e exportedTable) bool { return e.table == table })
		if i < 0 {
			shadow := strings.Contains(table, "_fts") || strings.Contains(table, "search") // of full-text search
			if !slices.Contains(leftOut, table) && !shadow {
				t.Errorf("nobody decided whether %s is exported", table)
			}
			continue
		}
		columns, err := db.columns(t.Context(), table)
		if err != nil || len(columns) == 0 {
			t.Fatal(columns, err)
		}
		for _, c := range columns {
			for _, word := range []string{"sealed", "secret", "password", "hash", "notify_before", "token_sealed"} {
				public := []string{"account_hash", "password_at", "notify_before_until"} // Apple's name for an account, and times
				if strings.Contains(c, word) && !slices.Contains(public, c) && !slices.Contains(strings.Fields(exported()[i].without), c) {
					t.Errorf("%s.%s is exported", table, c)
				}
			}
		}
	}
}
