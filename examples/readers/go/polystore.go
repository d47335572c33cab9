// Package polystore reads what a deployment publishes of a tier: see docs/topology.md.
package polystore

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Parts are the parameters below /<tier>/<stage>/, by the rest of their names.
type Parts map[string]string

// Credentials asks AWS: see aws.go. Passwords rotate and tokens are taken for fifteen minutes, so ask at each connection.
type Credentials interface {
	Secret(ctx context.Context, arn string) (string, error)
	Token(ctx context.Context, endpoint, region, role string) (string, error)
}

type endpoint struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}

type storePart struct {
	Topology struct {
		Kind       string `json:"kind"`
		Database   string `json:"database"`
		Table      string `json:"table"`
		ReplicaSet string `json:"replicaSet"`
		Primary    struct {
			Endpoint endpoint `json:"endpoint"`
		} `json:"primary"`
	} `json:"topology"`
}

type shardsPart struct {
	Port   int `json:"port"`
	Shards map[string]struct {
		Primary string `json:"primary"`
	} `json:"shards"`
}

type accessPart struct {
	Services map[string]string `json:"services"`
	Iam      map[string]struct {
		Role   string `json:"role"`
		Region string `json:"region"`
	} `json:"iam"`
}

// URL leads a service to the primary of a store, or of one of its shards; to a table it is the table's name.
func (parts Parts) URL(ctx context.Context, credentials Credentials, service, store, shard string) (string, error) {
	var found storePart
	if err := parts.read("stores/"+store, &found); err != nil {
		return "", err
	}
	kind, at, query := found.Topology.Kind, found.Topology.Primary.Endpoint, url.Values{}
	scheme, path := "", found.Topology.Database
	switch kind {
	case "postgres", "shardedPostgres":
		scheme, query = "postgres", url.Values{"sslmode": {"verify-full"}, "sslrootcert": {"global-bundle.pem"}}
	case "documentdb":
		scheme = "mongodb"
		query = url.Values{"tls": {"true"}, "tlsCAFile": {"global-bundle.pem"}, "authSource": {"admin"}, "retryWrites": {"false"}}
		if found.Topology.ReplicaSet != "" {
			query.Set("replicaSet", found.Topology.ReplicaSet)
		}
	case "valkey":
		scheme = "rediss"
	case "neptune":
		return fmt.Sprintf("bolt+s://%s:%d", at.Host, at.Port), nil
	case "dynamodb":
		return found.Topology.Table, nil
	default:
		return "", fmt.Errorf("%s: kind %q is not known here", store, kind)
	}
	if kind == "shardedPostgres" {
		var err error
		if at, err = parts.shard(store, shard); err != nil {
			return "", err
		}
	}
	host := at.Host + ":" + strconv.Itoa(at.Port)
	user, err := parts.login(ctx, credentials, service, store, host)
	if err != nil {
		return "", err
	}
	return (&url.URL{Scheme: scheme, User: user, Host: host, Path: "/" + path, RawQuery: query.Encode()}).String(), nil
}

func (parts Parts) shard(store, shard string) (endpoint, error) {
	for name := range parts {
		if !strings.HasPrefix(name, "stores/"+store+"/shards/") {
			continue
		}
		var found shardsPart
		if err := parts.read(name, &found); err != nil {
			return endpoint{}, err
		}
		if at, ok := found.Shards[shard]; ok {
			return endpoint{at.Primary, found.Port}, nil
		}
	}
	return endpoint{}, fmt.Errorf("%s has no shard %q: is it deployed?", store, shard)
}

func (parts Parts) login(ctx context.Context, ask Credentials, service, store, host string) (*url.Userinfo, error) {
	var access accessPart
	if err := parts.read("access/"+store, &access); err != nil {
		return nil, err
	}
	if iam, ok := access.Iam[service]; ok {
		token, err := ask.Token(ctx, host, iam.Region, iam.Role)
		return url.UserPassword(iam.Role, token), err
	}
	arn, ok := access.Services[service]
	if !ok {
		return nil, fmt.Errorf("service %s does not use %s", service, store)
	}
	text, err := ask.Secret(ctx, arn)
	if err != nil {
		return nil, err
	}
	var secret struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	err = json.Unmarshal([]byte(text), &secret)
	return url.UserPassword(secret.Username, secret.Password), err
}

// read refuses a part that is not there, and one of a version that is not known; members that are not known are passed over.
func (parts Parts) read(name string, into any) error {
	text, ok := parts[name]
	if !ok {
		return fmt.Errorf("no part %s: is it deployed?", name)
	}
	var part struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal([]byte(text), &part); err != nil {
		return fmt.Errorf("part %s: %w", name, err)
	}
	if part.Version != 1 {
		return fmt.Errorf("part %s is of version %d, known is 1", name, part.Version)
	}
	return json.Unmarshal([]byte(text), into)
}
