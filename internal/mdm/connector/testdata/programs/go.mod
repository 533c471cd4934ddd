// The MDM servers that the connectors are tested against, and a SCEP client
// that is not ours. They are a module of their own, so that they never weigh on
// the product's.
module programs

go 1.26

require (
	github.com/micromdm/micromdm v1.13.1
	github.com/micromdm/nanomdm v0.9.0
	github.com/micromdm/scep/v2 v2.3.0
)
