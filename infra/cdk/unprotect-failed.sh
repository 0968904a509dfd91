#!/usr/bin/env bash
# Takes termination protection from a stage's stacks whose creation was rolled
# back. They hold nothing any more, and CDK deletes them before it creates them
# again, which the protection would refuse. Without the AWS CLI, or without such
# a stack, it does nothing.
set -euo pipefail
stage=${1:?usage: unprotect-failed.sh STAGE}
command -v aws >/dev/null || exit 0
for stack in "backroom-$stage-state" "backroom-$stage-compute"; do
  status=$(aws cloudformation describe-stacks --stack-name "$stack" --query 'Stacks[0].StackStatus' --output text 2>/dev/null) || continue
  if [ "$status" = ROLLBACK_COMPLETE ]; then
    echo "$stack was rolled back when it was created: it is made anew" >&2
    aws cloudformation update-termination-protection --stack-name "$stack" --no-enable-termination-protection >/dev/null
  fi
done
