package store

// Elsewhere is for the test that holds it equal to vpp.Location.Elsewhere.
const Elsewhere = elsewhere
