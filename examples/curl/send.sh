#!/bin/sh
# Every kind of answer that POST /v1/events gives. Needs EVENTMESH_URL and EVENTMESH_API_KEY.
set -eu
run="${RUN:-$(date +%s)}" # a new key in each run, so that the first event is new too

post() { # path, idempotency key, content type; the body comes on stdin
  curl -sS "$EVENTMESH_URL$1" -H "Authorization: Bearer $EVENTMESH_API_KEY" \
    -H "Idempotency-Key: $2" -H "Content-Type: $3" --data-binary @- -w '\n%{http_code}\n'
}

echo '# a new event'
echo '{"event_type":"order.created","payload":{"order":42,"total":19.90}}' |
  post /v1/events "order-42-$run" application/json

echo '# the same again: the first event, not another one'
echo '{"event_type":"order.created","payload":{"order":42,"total":19.90}}' |
  post /v1/events "order-42-$run" application/json

echo '# the same key for something else'
echo '{"event_type":"order.created","payload":{"order":43,"total":5.00}}' |
  post /v1/events "order-42-$run" application/json

echo '# a batch: each event ends on its own'
echo '[{"event_type":"order.paid","payload":{"order":42},"idempotency_key":"paid-42-'"$run"'"},{"event_type":"order.paid","payload":"not an object"}]' |
  post /v1/events/batch "batch-$run" application/json

echo '# NDJSON: one event a line'
printf '%s\n' '{"event_type":"stock.changed","payload":{"sku":"A","left":3}}' '{"event_type":"stock.changed","payload":{"sku":"B","left":0}}' |
  post /v1/events/batch "stock-$run" application/x-ndjson
