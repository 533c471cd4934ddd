// Package mailtest is a real mail server on loopback, and a page to read what
// it caught: for tests, the demo and rehearsals.
//
// It owns the server (plain, STARTTLS or TLS, with sign-in), the faults it can
// be told to show (from a wrong certificate to a lost answer), the captured
// letters, what may come back about them, and the catcher's web page.
//
// It never delivers anything to anybody, and never keeps more than it was
// allowed to.
package mailtest
