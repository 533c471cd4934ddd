package connector

// Limited makes a configuration that reads short answers only.
func Limited(c Config, largest int64) Config {
	c.largest = largest
	return c
}
