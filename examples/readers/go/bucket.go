package polystore

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Placement says which shard has a key now: the attribute `placement` of the store's item in the table that its part names.
type Placement struct {
	KeyType  string `json:"keyType"`
	Strategy struct {
		Type string `json:"type"`
		Hash string `json:"hash"`
	} `json:"strategy"`
	ShardMap struct {
		Version int   `json:"version"`
		Runs    []run `json:"runs"`
	} `json:"shardMap"`
}

type run struct {
	shard string
	count int
}

func (r *run) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&r.shard, &r.count})
}

// Owner is the shard that has a key, where the strategy is hash.
func (p Placement) Owner(key string) (string, error) {
	if p.Strategy.Type != "hash" || p.Strategy.Hash != "postgres-extended-0" {
		return "", fmt.Errorf("strategy %s: ask polystore.bucket() on any shard, or the key directory", p.Strategy.Type)
	}
	bucket, err := Bucket(p.KeyType, key)
	if err != nil {
		return "", err
	}
	for _, run := range p.ShardMap.Runs {
		if bucket < run.count {
			return run.shard, nil
		}
		bucket -= run.count
	}
	return "", fmt.Errorf("no shard owns the bucket of a key")
}

// Bucket of a key: the low twelve bits of PostgreSQL's extended hash of it with seed 0.
func Bucket(keyType, key string) (int, error) {
	hash, err := hashKey(keyType, key)
	return int(hash & 4095), err
}

func hashKey(keyType, key string) (uint32, error) {
	switch keyType {
	case "bigint":
		number, err := strconv.ParseInt(key, 10, 64)
		return hashInt64(number), err
	case "text":
		return hashBytes([]byte(key)), nil
	case "uuid":
		octets, err := hex.DecodeString(strings.ReplaceAll(key, "-", ""))
		if err != nil || len(octets) != 16 {
			return 0, fmt.Errorf("not a uuid")
		}
		return hashBytes(octets), nil
	case "date":
		day, err := time.Parse(time.DateOnly, key)
		return hashInt64(day.Unix() / 86_400), err
	case "timestamptz":
		moment, err := time.Parse(time.RFC3339Nano, key)
		return hashInt64(moment.UnixMicro()), err
	}
	return 0, fmt.Errorf("type %q is not known here", keyType)
}

const initial uint32 = 0x9e3779b9 + 3923095

// hashInt64 folds both halves, so that a number hashes alike in each integer type.
func hashInt64(number int64) uint32 {
	high := uint32(uint64(number) >> 32)
	if number < 0 {
		high = ^high
	}
	start := initial + 4
	return finish(start+(uint32(number)^high), start, start)
}

// hashBytes is Bob Jenkins' lookup3 with PostgreSQL's initial value.
func hashBytes(octets []byte) uint32 {
	a := initial + uint32(len(octets))
	b, c := a, a
	for ; len(octets) >= 12; octets = octets[12:] {
		a += binary.LittleEndian.Uint32(octets)
		b += binary.LittleEndian.Uint32(octets[4:])
		c += binary.LittleEndian.Uint32(octets[8:])
		a = (a - c) ^ bits.RotateLeft32(c, 4)
		c += b
		b = (b - a) ^ bits.RotateLeft32(a, 6)
		a += c
		c = (c - b) ^ bits.RotateLeft32(b, 8)
		b += a
		a = (a - c) ^ bits.RotateLeft32(c, 16)
		c += b
		b = (b - a) ^ bits.RotateLeft32(a, 19)
		a += c
		c = (c - b) ^ bits.RotateLeft32(b, 4)
		b += a
	}
	// The lowest byte of c is the length's.
	for i, octet := range octets {
		switch {
		case i < 4:
			a += uint32(octet) << (8 * i)
		case i < 8:
			b += uint32(octet) << (8 * (i - 4))
		default:
			c += uint32(octet) << (8 * (i - 7))
		}
	}
	return finish(a, b, c)
}

func finish(a, b, c uint32) uint32 {
	c = (c ^ b) - bits.RotateLeft32(b, 14)
	a = (a ^ c) - bits.RotateLeft32(c, 11)
	b = (b ^ a) - bits.RotateLeft32(a, 25)
	c = (c ^ b) - bits.RotateLeft32(b, 16)
	a = (a ^ c) - bits.RotateLeft32(c, 4)
	b = (b ^ a) - bits.RotateLeft32(a, 14)
	return (c ^ b) - bits.RotateLeft32(b, 24)
}
