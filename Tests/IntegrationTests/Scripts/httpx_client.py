"""httpx over TLS and HTTP/2.

    httpx_client.py URL AUTHORITY-FILE

The server answers with the method, the path and the body. Prints nothing when all is well.
"""

import asyncio
import ssl
import sys

import httpx


def equal(found, expected):
    assert found == expected, f"{found!r} is not {expected!r}"


async def pieces():
    for number in range(100):
        yield b"x" * 1000


async def main():
    url, authority = sys.argv[1:3]
    context = ssl.create_default_context(cafile=authority)
    async with httpx.AsyncClient(http2=True, verify=context, base_url=url) as client:
        answer = await client.get("/a", params={"b": "c"})
        equal((answer.status_code, answer.http_version), (200, "HTTP/2"))
        equal(answer.text, "GET /a?b=c HTTP/1.1\n")
        answer = await client.post("/up", content=pieces())
        equal(answer.text, "POST /up HTTP/1.1\n" + "x" * 100000)
        answer = await client.head("/a")
        equal((answer.status_code, answer.content), (200, b""))
        many = await asyncio.gather(*[client.get(f"/{n}") for n in range(200)])
        equal([each.text for each in many], [f"GET /{n} HTTP/1.1\n" for n in range(200)])


asyncio.run(main())
