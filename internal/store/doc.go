// Package store keeps everything rsvpp knows, in SQLite or in PostgreSQL.
//
// It owns the SQL, the schema and its migrations, and is the only room that
// knows one database from the other. One act of a service is one method here
// and one transaction, with the job and the history entry it needs. It never
// decides: rules live in the services.
package store
