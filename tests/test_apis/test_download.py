"""Downloads from servers that misbehave: nothing half-written under the final name."""

from __future__ import annotations

import hashlib
import re
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from local_server import (
    dripping,
    other_part,
    running_server,
    silent,
    status,
    whole,
    without_ranges,
)

from mmrestore.apis import transfer, web_request
from mmrestore.apis.download import DownloadError, RemoteFile, download

CONTENT = np.random.default_rng(0).bytes(100_000)
OTHER = np.random.default_rng(1).bytes(len(CONTENT))
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr(transfer, 'DELAY', 0)


@pytest.fixture
def server():
    """A server without files."""
    with running_server() as running:
        yield running


def remote(*urls: str, size: int | None = len(CONTENT), sha256: str | None = SHA256) -> RemoteFile:
    return RemoteFile(urls, size=size, sha256=sha256)


def fetch(file: RemoteFile, target, check=lambda path: None) -> bytes:
    download(file, target, check)
    assert not [path for path in target.parent.iterdir() if '.part' in path.name]
    return target.read_bytes()


def failure(file: RemoteFile, target, check=lambda path: None) -> str:
    """Return the message of a download that fails, and see that it leaves nothing."""
    with pytest.raises(DownloadError) as caught:
        download(file, target, check)
    assert not target.exists()
    assert '\n' not in str(caught.value)
    return str(caught.value)


def test_a_file_is_downloaded_once(server, tmp_path):
    file = remote(server.add('/a.pth', whole(CONTENT)))
    for _ in range(2):
        assert fetch(file, tmp_path / 'below' / 'a.pth') == CONTENT
    assert server.requests == ['/a.pth']


def test_a_file_that_is_not_as_stated_is_replaced(server, tmp_path):
    (tmp_path / 'a.pth').write_bytes(OTHER)
    assert fetch(remote(server.add('/a.pth', whole(CONTENT))), tmp_path / 'a.pth') == CONTENT


@pytest.mark.parametrize('known', [dict(), dict(sha256=None), dict(size=None, sha256=None)])
def test_what_breaks_off_is_resumed(server, tmp_path, known):
    steps = [whole(CONTENT, stop=stop) for stop in (30_000, 70_000)]
    file = remote(server.add('/a.pth', *steps, whole(CONTENT)), **known)
    assert fetch(file, tmp_path / 'a.pth') == CONTENT
    assert server.requests == ['/a.pth', '/a.pth@30000', '/a.pth@70000']


def test_the_next_call_and_the_next_address_resume(server, tmp_path):
    broken = server.add('/broken.pth', whole(CONTENT, stop=40_000))
    message = failure(remote(broken), tmp_path / 'a.pth')
    assert message == (
        f'a.pth cannot be downloaded. {broken}: the connection broke off after 40,000 of 100,000 '
        'bytes'
    )
    assert server.requests == ['/broken.pth', *['/broken.pth@40000'] * transfer.FRUITLESS]
    good = server.add('/good.pth', whole(CONTENT))
    server.requests.clear()
    assert fetch(remote(good), tmp_path / 'a.pth') == CONTENT
    assert server.requests == ['/good.pth@40000']


def test_without_a_hash_another_address_begins_anew(server, tmp_path):
    broken = server.add('/broken.pth', whole(OTHER, stop=40_000))
    good = server.add('/good.pth', whole(CONTENT))
    assert fetch(remote(broken, good, sha256=None), tmp_path / 'a.pth') == CONTENT
    assert server.requests[-1] == '/good.pth'


def test_a_server_that_ignores_ranges_begins_anew(server, tmp_path):
    url = server.add('/a.pth', whole(CONTENT, stop=40_000), without_ranges(CONTENT))
    assert fetch(remote(url), tmp_path / 'a.pth') == CONTENT
    assert server.requests == ['/a.pth', '/a.pth@40000']


@pytest.mark.parametrize('offset', [-1000, 1000])
def test_another_part_than_asked_for_is_not_taken(server, tmp_path, offset):
    wrong = other_part(CONTENT, offset)
    url = server.add('/a.pth', whole(CONTENT, stop=40_000), wrong, whole(CONTENT))
    assert fetch(remote(url), tmp_path / 'a.pth') == CONTENT
    assert server.requests == ['/a.pth', '/a.pth@40000', '/a.pth']


def test_a_range_that_cannot_be_sent_is_not_asked_for_again(server, tmp_path):
    url = server.add('/a.pth', whole(CONTENT, stop=40_000), status(416), whole(CONTENT))
    assert fetch(remote(url), tmp_path / 'a.pth') == CONTENT
    assert server.requests == ['/a.pth', '/a.pth@40000', '/a.pth']


@pytest.mark.parametrize('announced', [len(CONTENT) // 2, 2 * len(CONTENT), 10**15])
def test_a_length_other_than_stated_is_refused_before_anything_is_read(server, tmp_path, announced):
    url = server.add('/a.pth', without_ranges(CONTENT, announced=announced))
    message = failure(remote(url), tmp_path / 'a.pth')
    assert message.endswith(f'the server has {announced:,} bytes instead of 100,000')
    assert server.requests == ['/a.pth']
    assert not [path for path in tmp_path.iterdir() if '.part' in path.name]


def test_a_length_that_is_not_kept_is_a_broken_connection(server, tmp_path):
    url = server.add('/a.pth', without_ranges(CONTENT[:500], announced=len(CONTENT)))
    assert 'broke off after 500 of 100,000 bytes' in failure(remote(url), tmp_path / 'a.pth')


def test_no_more_is_read_than_stated(server, tmp_path):
    url = server.add('/a.pth', without_ranges(CONTENT + b'x', announced=-1))
    assert 'it goes on after 100,000 bytes, where it must end' in failure(
        remote(url), tmp_path / 'a.pth'
    )
    assert fetch(
        remote(server.add('/b.pth', without_ranges(CONTENT, announced=-1))), tmp_path / 'b.pth'
    )


@pytest.mark.parametrize('announced', [-1, len(CONTENT)])
def test_without_a_stated_size_there_is_a_bound(server, tmp_path, monkeypatch, announced):
    monkeypatch.setattr(transfer, 'MAX_BYTES', 50_000)
    url = server.add('/a.pth', without_ranges(CONTENT, announced=announced))
    message = failure(remote(url, size=None), tmp_path / 'a.pth')
    assert re.search('more than the 50,000 allowed|goes on after 50,000 bytes', message)


def test_wrong_bytes_are_refused_and_the_next_address_is_tried(server, tmp_path):
    wrong, good = server.add('/wrong.pth', whole(OTHER)), server.add('/good.pth', whole(CONTENT))
    found = hashlib.sha256(OTHER).hexdigest()
    assert failure(remote(wrong), tmp_path / 'a.pth').endswith(
        f'another file than expected: its sha256 is {found} instead of {SHA256}'
    )
    assert fetch(remote(wrong, good), tmp_path / 'a.pth') == CONTENT
    first = remote(wrong, sha256=found[:8])
    assert fetch(first, tmp_path / 'b.pth') == OTHER  # the first digits of a hash will do


def test_a_mixture_of_two_files_is_downloaded_again(server, tmp_path):
    wrong = server.add('/wrong.pth', whole(OTHER, stop=40_000))
    good = server.add('/good.pth', whole(CONTENT))
    server.requests.clear()
    assert fetch(remote(wrong, good), tmp_path / 'a.pth') == CONTENT
    assert server.requests[-2:] == ['/good.pth@40000', '/good.pth']


def test_a_rejected_file_is_not_kept(server, tmp_path):
    def reject(path):
        raise ValueError(f'no weights, {path.suffix}')

    file = remote(server.add('/a.pth', whole(CONTENT)), sha256=None)
    message = failure(file, tmp_path / 'a.pth', reject)
    assert message.endswith('another file than expected: no weights, .pth')
    assert not [path for path in tmp_path.iterdir() if '.part' in path.name]


@pytest.mark.parametrize('code', [403, 404, 500])
def test_the_next_address_is_tried_after_an_error(server, tmp_path, code):
    lost, good = server.add('/lost.pth', status(code)), server.add('/good.pth', whole(CONTENT))
    assert re.search(f'/lost.pth: {code} [A-Z]', failure(remote(lost), tmp_path / 'a.pth'))
    assert len(server.requests) == (transfer.FRUITLESS if code >= 500 else 1)
    assert fetch(remote(lost, good), tmp_path / 'a.pth') == CONTENT


@pytest.mark.parametrize('location', ['http://example.invalid/a.pth', 'ftp://127.0.0.1/a.pth'])
def test_redirects_that_are_not_https_are_refused(server, tmp_path, location):
    url = server.add('/a.pth', status(302, Location=location))
    message = failure(remote(url), tmp_path / 'a.pth')
    assert message.endswith(f'{url}: it redirects to {location}, which is not https')


def test_a_redirect_on_this_machine_is_followed_with_the_range(server, tmp_path):
    target = server.add('/b.pth', whole(CONTENT, stop=40_000), whole(CONTENT))
    assert fetch(remote(server.add('/a.pth', status(302, Location=target))), tmp_path / 'a.pth')
    assert server.requests == ['/a.pth', '/b.pth', '/a.pth@40000', '/b.pth@40000']


def test_an_https_address_may_not_redirect_to_this_machine():
    handler = web_request._SafeRedirects()
    request = web_request.Request('https://example.org/a.pth')
    with pytest.raises(web_request.TransferError, match='which is not https'):
        handler.redirect_request(request, None, 302, 'Found', {}, 'http://127.0.0.1/a.pth')
    new = handler.redirect_request(request, None, 302, 'Found', {}, 'https://127.0.0.1/a.pth')
    assert new.full_url == 'https://127.0.0.1/a.pth'


def test_redirects_in_a_circle_end(server, tmp_path):
    url = server.add('/a.pth', status(302, Location='/a.pth'))
    assert 'infinite loop' in failure(remote(url), tmp_path / 'a.pth')


def test_a_silent_server_and_a_slow_one(server, tmp_path, monkeypatch):
    monkeypatch.setattr(web_request, 'TIMEOUT', 0.1)
    monkeypatch.setattr(transfer, 'FRUITLESS', 1)
    monkeypatch.setattr(transfer, 'ATTEMPTS', 1)
    url = server.add('/silent.pth', silent(0.4))
    assert failure(remote(url), tmp_path / 'a.pth').endswith('no answer in time')
    url = server.add('/slow.pth', dripping(100_000, 0.02))
    assert failure(remote(url), tmp_path / 'a.pth').endswith('the server is too slow')


def test_without_a_network_one_line_says_what_to_do(tmp_path, server):
    server.server_close()
    message = failure(remote(f'{server.url}/a.pth', f'{server.url}/b.pth'), tmp_path / 'a.pth')
    assert message == (
        'a.pth cannot be downloaded: no connection to 127.0.0.1 (Connection refused). Check the '
        f'network, set HTTPS_PROXY if there is a proxy, or download {server.url}/a.pth elsewhere '
        f'and save it as {tmp_path / "a.pth"}'
    )


def test_the_proxy_of_the_environment_is_asked(server, tmp_path, monkeypatch):
    monkeypatch.setenv('https_proxy', server.url)
    for name in ('no_proxy', 'NO_PROXY'):
        monkeypatch.delenv(name, raising=False)
    message = failure(remote('https://example.invalid/a.pth'), tmp_path / 'a.pth')
    assert server.requests == ['CONNECT example.invalid:443']
    assert 'no connection to example.invalid (Tunnel connection failed: 403' in message
    monkeypatch.setenv('http_proxy', 'http://127.0.0.1:9')  # not for this machine itself
    assert fetch(remote(server.add('/a.pth', whole(CONTENT))), tmp_path / 'a.pth') == CONTENT


def test_two_at_once_download_once(server, tmp_path, capfd):
    file = remote(server.add('/a.pth', whole(CONTENT, delay=0.3)))
    threads = [
        threading.Thread(target=download, args=(file, tmp_path / 'a.pth', lambda path: None))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / 'a.pth').read_bytes() == CONTENT
    assert server.requests == ['/a.pth']
    assert capfd.readouterr().err == 'another process downloads a.pth: waiting for it\n'


def test_a_full_disk_is_said_before_anything_is_read(server, tmp_path, monkeypatch):
    monkeypatch.setattr(transfer.shutil, 'disk_usage', lambda path: SimpleNamespace(free=1000))
    file = remote(server.add('/a.pth', whole(CONTENT)))
    with pytest.raises(OSError, match=r'0\.1 MB are needed and 0\.0 MB free in '):
        download(file, tmp_path / 'a.pth', lambda path: None)
    assert not (tmp_path / 'a.pth').exists()


@pytest.mark.parametrize(
    'url',
    [
        *('http://example.org/a.pth', 'ftp://example.org/a.pth', 'file:///a.pth', '/a.pth'),
        *('https://', 'http://127.0.0.1.example.org/a', 'https://example.org/a b', 'http://[::/a'),
        'https://example.org/a\r\nX: y',
    ],
)
def test_addresses_that_are_refused(url):
    with pytest.raises(ValueError, match='address'):
        RemoteFile((url,))
