//go:build tools

// Package ferretdb names the program to build; go.sum says what it is made of.
package ferretdb

import _ "github.com/FerretDB/FerretDB/cmd/ferretdb"
