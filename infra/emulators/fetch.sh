#!/usr/bin/env bash
# Fetches the emulators that make test-aws needs into a folder, from the npm registry alone.
set -euo pipefail
into=${1:?usage: fetch.sh FOLDER}
here=$(cd "$(dirname "$0")" && pwd)
for tool in npm java tar; do
  command -v "$tool" >/dev/null || {
    echo "make test-aws needs $tool: Node with npm, and a Java runtime" >&2
    exit 1
  }
done

# DynamoDB Local, in the archive of a package whose own dependencies are not wanted.
dynamodb=amplify-dynamodb-simulator@2.9.30
integrity=sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==

mkdir -p "$into"
cp "$here/package.json" "$here/package-lock.json" "$into"
cd "$into"
rm -f fetched
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
npm pack "$dynamodb" --json --loglevel=error >packed.json
archive=$(node -p 'JSON.parse(require("fs").readFileSync("packed.json"))[0].filename')
got="sha512-$(node -p "require('crypto').createHash('sha512').update(require('fs').readFileSync('$archive')).digest('base64')")"
if [ "$got" != "$integrity" ]; then
  echo "$archive is not what it was: $got, want $integrity" >&2
  exit 1
fi
rm -rf dynamodb
mkdir dynamodb
tar -xzf "$archive" -C dynamodb --strip-components=2 package/emulator
rm -f "$archive" packed.json
test -f dynamodb/DynamoDBLocal.jar
touch fetched
