"""Shopify's own client reads the simulated Admin API.

Called by the Go test with the address of the simulator, a shop and a token.
Prints one line a check, "ok NAME" or "FAIL NAME: why", and exits with 1 if one
failed. What the client expects and the reference does not say is a named
exception: "exception NAME: what".
"""

import json
import socket
import sys
import urllib.error
import urllib.parse

import shopify
from graphql import build_client_schema, get_introspection_query, parse, validate
from pyactiveresource.connection import ResourceNotFound

ADDRESS, DOMAIN, TOKEN, VERSION = sys.argv[1:5]
FAILED = []


def resolve_to_simulator():
    """The shop's host name is the simulator's address: the client wants its own domain."""
    host, port = ADDRESS.rsplit(":", 1)
    real = socket.getaddrinfo

    def getaddrinfo(name, service, *args, **kwargs):
        if name == DOMAIN:
            return real(host, int(port), *args, **kwargs)
        raise OSError("no network here: " + str(name))

    socket.getaddrinfo = getaddrinfo


def check(name, good, detail=""):
    if good:
        print("ok", name)
    else:
        FAILED.append(name)
        print("FAIL %s: %s" % (name, detail))


def exception(name, what):
    print("exception %s: %s" % (name, what))


def ask(query, variables=None):
    return json.loads(shopify.GraphQL().execute(query, variables))


ORDERS = """query Orders($first: Int, $after: String, $last: Int, $before: String) {
  orders(first: $first, after: $after, last: $last, before: $before, sortKey: UPDATED_AT) {
    nodes { id name updatedAt totalPriceSet { shopMoney { amount currencyCode } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


def lists(expected):
    page = ask(ORDERS, {"first": 10})["data"]["orders"]["nodes"]
    check("list: ten orders", len(page) == 10 and all(o["id"].startswith("gid://shopify/Order/") for o in page), page)
    check("list: sorted by change", [o["updatedAt"] for o in page] == sorted(o["updatedAt"] for o in page), page)
    count = ask("{ ordersCount { count precision } }")["data"]["ordersCount"]
    check("list: count", count == {"count": expected, "precision": "EXACT"}, count)


def paging(expected):
    seen, variables = [], {"first": 60}
    while True:
        page = ask(ORDERS, variables)["data"]["orders"]
        seen += [o["id"] for o in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        variables["after"] = page["pageInfo"]["endCursor"]
    check("paging: every order once", len(seen) == expected and len(set(seen)) == expected, len(seen))
    back, variables = [], {"last": 60}
    while True:
        page = ask(ORDERS, variables)["data"]["orders"]
        back = [o["id"] for o in page["nodes"]] + back
        if not page["pageInfo"]["hasPreviousPage"]:
            break
        variables["before"] = page["pageInfo"]["startCursor"]
    check("paging: the same backward", back == seen, len(back))
    return seen


def writes(order):
    update = "mutation U($input: OrderInput!) { orderUpdate(input: $input) { order { id note tags } userErrors { field message } } }"
    answer = ask(update, {"input": {"id": order, "note": "from a foreign client", "tags": ["b", "a"]}})
    payload = answer["data"]["orderUpdate"]
    check("update: a note and tags", payload["userErrors"] == [] and payload["order"]["tags"] == ["a", "b"], answer)
    read = ask("query R($id: ID!) { order(id: $id) { note tags } }", {"id": order})["data"]["order"]
    check("update: is read back", read == {"note": "from a foreign client", "tags": ["a", "b"]}, read)
    create = """mutation W($hook: WebhookSubscriptionInput!) { webhookSubscriptionCreate(topic: ORDERS_UPDATED, webhookSubscription: $hook) {
      webhookSubscription { id uri } userErrors { field message } } }"""
    answer = ask(create, {"hook": {"uri": "https://hooks.example/orders"}})["data"]["webhookSubscriptionCreate"]
    check("create: a subscription", answer["userErrors"] == [] and answer["webhookSubscription"]["uri"] == "https://hooks.example/orders", answer)
    answer = ask(update, {"input": {"id": order, "phone": "+1234abcd"}})["data"]["orderUpdate"]
    check("refusal: user errors beside the order", answer["userErrors"] == [{"field": ["phone"], "message": "Phone is invalid"}] and answer["order"]["id"] == order, answer)


def refusals():
    answer = ask("query Q { shop { color } }")
    error = answer["errors"][0]
    check("refusal: unknown field", error["extensions"]["code"] == "undefinedField" and error["path"] == ["query Q", "shop", "color"] and "data" not in answer, answer)
    good, shopify.ShopifyResource.headers["X-Shopify-Access-Token"] = TOKEN, "shpat_wrong"
    try:
        ask("{ shop { id } }")
        check("refusal: wrong token", False, "it was let in")
    except urllib.error.HTTPError as e:
        check("refusal: wrong token", e.code == 401 and e.headers["X-Sim-Explain"], e.code)
    shopify.ShopifyResource.headers["X-Shopify-Access-Token"] = good


def introspection():
    answer = ask(get_introspection_query(descriptions=True, specified_by_url=True, directive_is_repeatable=True, input_value_deprecation=True))
    schema = build_client_schema(answer["data"])
    check("introspection: documents are valid by it", validate(schema, parse(ORDERS)) == [], validate(schema, parse(ORDERS)))
    wrong = validate(schema, parse("{ shop { color } }"))
    check("introspection: a wrong document is not", len(wrong) == 1 and "color" in wrong[0].message, wrong)


def resources():
    """The client's own resources are the REST API, which the reference leaves out."""
    try:
        shopify.Order.find(limit=1)
        check("REST", False, "the simulator answered it")
    except ResourceNotFound:
        exception("REST", "the client's resources read /admin/api/VERSION/*.json; the reference has GraphQL alone, such a path is 404")
    exception("authorization code", "the client asks for tokens by a code; the reference's grant for a shop's own app is client_credentials, the token comes from there")


def main():
    resolve_to_simulator()
    shopify.Session.setup(api_key="backroom", secret="secret", protocol="http", port=int(ADDRESS.rsplit(":", 1)[1]))
    shopify.ShopifyResource.activate_session(shopify.Session(DOMAIN, VERSION, TOKEN))
    lists(200)
    seen = paging(200)
    writes(seen[0])
    refusals()
    introspection()
    resources()
    sys.exit(1 if FAILED else 0)


main()
