// Package roster keeps the list of people: who they are, how they are reached,
// in which locations they have a place, and which devices they have.
//
// It owns people and their ways in: typed in, or imported from a file, by the
// same rules. A person is known by the external id, else the user name, else
// the e-mail address. It never speaks to Apple and never invites anybody.
package roster
