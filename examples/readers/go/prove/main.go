// Command prove runs the reader of docs/topology.md on what a test gives it, and prints what it read.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/santhosh-tekuri/jsonschema/v6"
	polystore "polystore.example/reader"
)

type input struct {
	Schema      string              `json:"schema"`
	Documents   []string            `json:"documents"`
	Parts       polystore.Parts     `json:"parts"`
	Connections []connection        `json:"connections"`
	Placement   polystore.Placement `json:"placement"`
	Owned       []string            `json:"owned"`
	Keys        []struct {
		Type string `json:"type"`
		Key  string `json:"key"`
	} `json:"keys"`
}

type connection struct {
	Service string `json:"service"`
	Store   string `json:"store"`
	Shard   string `json:"shard"`
}

type output struct {
	// Of each document whether the schema accepts it.
	Accepted []bool `json:"accepted"`
	// Of each connection its URL, or what was wrong.
	Targets []string `json:"targets"`
	Owners  []string `json:"owners"`
	Buckets []int    `json:"buckets"`
}

// Tokens are signed here, by keys that no account has; a secret holds its own ARN.
type credentials struct{ polystore.AWS }

func (credentials) Secret(_ context.Context, arn string) (string, error) {
	text, err := json.Marshal(map[string]string{"username": "user", "password": "of/" + arn})
	return string(text), err
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var in input
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	schema, err := jsonschema.NewCompiler().Compile(in.Schema)
	if err != nil {
		return err
	}
	var out output
	for _, document := range in.Documents {
		var value any
		if err := json.Unmarshal([]byte(document), &value); err != nil {
			return err
		}
		out.Accepted = append(out.Accepted, schema.Validate(value) == nil)
	}
	ask := credentials{polystore.AWS{Config: aws.Config{Credentials: aws.CredentialsProviderFunc(
		func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "none"}, nil
		})}}}
	for _, to := range in.Connections {
		url, err := in.Parts.URL(context.Background(), ask, to.Service, to.Store, to.Shard)
		if err != nil {
			url = err.Error()
		}
		out.Targets = append(out.Targets, url)
	}
	for _, key := range in.Owned {
		owner, err := in.Placement.Owner(key)
		if err != nil {
			return err
		}
		out.Owners = append(out.Owners, owner)
	}
	for _, key := range in.Keys {
		bucket, err := polystore.Bucket(key.Type, key.Key)
		if err != nil {
			return err
		}
		out.Buckets = append(out.Buckets, bucket)
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}
