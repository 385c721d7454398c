# SPDX-License-Identifier: Apache-2.0
"""Ways to log in: with TLS and without, by passwords the server knows and has not cached yet."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness.mysql_server import PASSWORD, USER


@pytest.fixture(scope="module")
def plain_server(make_server):
    """Without TLS, as many servers inside a company."""
    return make_server(**{"tls_version": ""})


def prepare(server):
    server.fresh_database("shop")
    server.execute(
        "CREATE TABLE shop.goods (id INT PRIMARY KEY, name VARCHAR(20))",
        "INSERT INTO shop.goods VALUES (1, 'a')",
        # The next login is the first one again: the whole exchange, not its short form.
        "FLUSH PRIVILEGES",
    )


def reads(run, server):
    run.start()
    run.wait_rows(1)
    server.execute("INSERT INTO shop.goods VALUES (2, 'b')")
    assert run.wait_rows(2) == [("INSERT", "1, a"), ("INSERT", "2, b")]
    run.stop()


@pytest.mark.parametrize("mode", ["DISABLED", "PREFERRED", "REQUIRED"])
def test_sha2_password_in_every_mode_of_tls(server, job, mode):
    prepare(server)
    reads(job(server, ["shop.goods"], parameters=f"?sslMode={mode}"), server)


@pytest.mark.parametrize("mode", ["DISABLED", "PREFERRED"])
def test_sha2_password_without_tls_is_exchanged_under_rsa(plain_server, job, mode):
    prepare(plain_server)
    reads(job(plain_server, ["shop.goods"], parameters=f"?sslMode={mode}"), plain_server)


def test_required_tls_is_not_given_up_where_the_server_has_none(plain_server, job):
    prepare(plain_server)
    text = job(plain_server, ["shop.goods"], parameters="?sslMode=REQUIRED").fails()
    assert "TLS" in text or "SSL" in text
    assert PASSWORD not in text


def test_an_account_that_requires_tls(server, job):
    prepare(server)
    server.execute(f"ALTER USER '{USER}'@'%' REQUIRE SSL")
    try:
        reads(job(server, ["shop.goods"], parameters="?sslMode=REQUIRED"), server)
        refused = job(server, ["shop.goods"], parameters="?sslMode=DISABLED")
        assert "Access denied" in refused.fails()
    finally:
        server.execute(f"ALTER USER '{USER}'@'%' REQUIRE NONE")


def test_a_native_password(server, job):
    prepare(server)
    server.execute(
        "DROP USER IF EXISTS 'old'@'%'",
        "CREATE USER 'old'@'%' IDENTIFIED WITH mysql_native_password BY 'old word'",
        "GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'old'@'%'",
    )
    reads(job(server, ["shop.goods"], user="old", password="old word"), server)


def authority(server, folder):
    """The certificate of the authority that the server made for itself."""
    return shutil.copy(server.datadir / "ca.pem", folder / "ca.pem")


@pytest.mark.parametrize("mode", ["VERIFY_CA", "VERIFY_IDENTITY"])
def test_a_certificate_of_another_authority_is_refused(
    server, make_server, job, tmp_path, mode
):
    prepare(server)
    other = make_server()
    other.stop()
    for file in other.datadir.glob("*.pem"):
        file.unlink()
    other.start()  # makes an authority of its own
    wrong = authority(other, tmp_path)
    other.stop()
    assert Path(wrong).read_text() != (server.datadir / "ca.pem").read_text()
    text = job(
        server,
        ["shop.goods"],
        parameters=f"?sslMode={mode}&sslCa={wrong}",
    ).fails()
    assert "certificate" in text.lower()


def test_the_certificate_of_the_right_authority_is_taken(server, job, tmp_path):
    prepare(server)
    right = authority(server, tmp_path)
    reads(
        job(
            server,
            ["shop.goods"],
            parameters=f"?sslMode=VERIFY_CA&sslCa={right}",
        ),
        server,
    )


def test_a_certificate_of_another_name_is_refused(server, job, tmp_path):
    prepare(server)
    right = authority(server, tmp_path)
    text = job(
        server,
        ["shop.goods"],
        parameters=f"?sslMode=VERIFY_IDENTITY&sslCa={right}",
    ).fails()
    assert "certificate" in text.lower() or "SSL" in text
