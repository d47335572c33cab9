#!/usr/bin/env bash
# Keeps one comment of a pull request up to date: the first that begins with the first line of the page, or a new one.
# Environment: GH_TOKEN, COMMENTS (the API path of the pull request's comments), REPOSITORY (owner/name).
set -euo pipefail
page=$1
marker=$(head -n 1 "$page")
# GitHub refuses a comment of more than 65,536 characters; what is cut in two by the limit is left out.
body=$(mktemp)
head -c 65000 "$page" | iconv -c -f utf-8 -t utf-8 > "$body" 2> /dev/null || true

existing=$(gh api --paginate "$COMMENTS" --jq ".[] | select(.body | startswith(\"$marker\")) | .id" | sed -n 1p)
if [ -n "$existing" ]; then
  gh api --method PATCH "repos/$REPOSITORY/issues/comments/$existing" -F "body=@$body" > /dev/null
else
  gh api --method POST "$COMMENTS" -F "body=@$body" > /dev/null
fi
