"""What a plugin may try, and whether the guard stops it: the table that docs/security.md shows.

Each attempt is the body of a function of a plugin. It returns something true if it got what it
wanted. It finds `S`, a scratch folder: `S/own` is the plugin's own folder, `S/granted` may be read
and written, `S/secret` and `S/granted-not` may not; `P`, a port of this machine that is granted, and
`Q`, one that is not. The program `true` is granted.
"""

from textwrap import dedent
from typing import NamedTuple

STOPPED, PASSES = "stopped", "passes"


class Attempt(NamedTuple):
    """One thing to try.

    Attributes:
        name: in words.
        group: the capability it is about, or another heading.
        code: the body.
        expected: "stopped" or "passes".
        why: the reason, for the reader of docs/security.md; needed where something passes.
        child: it is run in a process of its own, since it would disturb others.
        cell: the plugin was defined in a cell, so only context and threads accuse it.
        may: what else is granted.
    """

    name: str
    group: str
    code: str
    expected: str
    why: str = ""
    child: bool = False
    cell: bool = False
    may: tuple[str, ...] = ()


ATTEMPTS: list[Attempt] = []
_GROUP = [""]


def _add(expected: str, name: str, code: str, why: str = "", **how) -> None:
    ATTEMPTS.append(Attempt(name, _GROUP[0], dedent(code).strip(), expected, why, **how))


def stopped(name: str, code: str, why: str = "", **how) -> None:
    """Add one that is stopped."""
    _add(STOPPED, name, code, why, **how)


def passes(name: str, code: str, why: str, **how) -> None:
    """Add one that passes, and why."""
    _add(PASSES, name, code, why, **how)


def group(name: str) -> None:
    """Begin another heading."""
    _GROUP[0] = name


MUST = "needed"  # what has to pass, or the guard would be in the way
READ = "return 'private' in "

group("reading files")
stopped("open", READ + "open(S + '/secret/private.txt').read()")
stopped(
    "open a relative path",
    "import os\n" + READ + "open(os.path.relpath(S + '/secret/private.txt')).read()",
)
stopped("open through ..", READ + "open(S + '/granted/../secret/private.txt').read()")
stopped("open through .. of the own folder", READ + "open(S + '/own/../secret/private.txt').read()")
stopped("open through a link to a file", READ + "open(S + '/granted/link').read()")
stopped("open through a link to a folder", READ + "open(S + '/granted/links/private.txt').read()")
stopped(
    "open a sibling with the same beginning", READ + "open(S + '/granted-not/private.txt').read()"
)
stopped("open as bytes", READ + "open((S + '/secret/private.txt').encode()).read()")
stopped(
    "open a pathlib path",
    "import pathlib\n" + READ + "pathlib.Path(S, 'secret/private.txt').read_text()",
)
stopped("io.open", "import io\n" + READ + "io.open(S + '/secret/private.txt').read()")
stopped("io.FileIO", "import io\n" + READ + "io.FileIO(S + '/secret/private.txt').read().decode()")
stopped(
    "io.open_code", "import io\n" + READ + "io.open_code(S + '/secret/private.txt').read().decode()"
)
stopped(
    "os.open",
    "import os\n" + READ + "os.read(os.open(S + '/secret/private.txt', os.O_RDONLY), 99).decode()",
)
stopped(
    "os.open through /proc/self/root",
    "import os\n" + READ + "open('/proc/self/root' + S + '/secret/private.txt').read()",
)
stopped(
    "/proc/self/cwd",
    "import os\n"
    + READ
    + "open('/proc/self/cwd/' + os.path.relpath(S + '/secret/private.txt')).read()",
)
stopped("/proc/self/environ", "return open('/proc/self/environ', 'rb').read()")
stopped("/proc/self/mem", "return open('/proc/self/mem', 'rb')")
stopped("/proc/self/maps", "return open('/proc/self/maps').read()")
stopped(
    "os.open relative to a descriptor",
    """
    import os
    folder = os.open(S + '/granted', os.O_RDONLY)
    return os.read(os.open('../secret/private.txt', os.O_RDONLY, dir_fd=folder), 99)""",
)
stopped(
    "os.open of a relative path",
    """
    import os
    return os.read(os.open(os.path.relpath(S + '/secret/private.txt'), os.O_RDONLY), 99)""",
)
stopped(
    "a path that answers differently the second time",
    """
    import os
    class Odd:
        asked = 0
        def __fspath__(self):
            self.asked += 1
            return S + ('/granted/in.txt' if self.asked == 1 else '/secret/private.txt')
    import io
    return io.FileIO(Odd()).read()""",
)
stopped(
    "a path of a class of its own",
    """
    import os, pathlib
    class Odd(type(pathlib.Path())):
        def __fspath__(self):
            return S + '/secret/private.txt'
    import io
    return io.FileIO(Odd(S, 'granted/in.txt')).read()""",
)
stopped(
    "text that says it is another",
    """
    class Odd(str):
        def __getitem__(self, key): return S + '/granted/in.txt'
        def __str__(self): return S + '/granted/in.txt'
        def startswith(self, other): return True
    return open(Odd(S + '/secret/private.txt')).read()""",
)
stopped("os.listdir", "import os\nreturn os.listdir(S + '/secret')")
stopped("os.listdir of the working directory", "import os\nos.listdir()\nreturn True")
stopped("os.scandir", "import os\nreturn list(os.scandir(S + '/secret'))")
stopped("os.walk", "import os\nreturn list(os.walk(S + '/secret'))")
stopped("os.fwalk", "import os\nreturn list(os.fwalk(S + '/secret'))")
stopped("glob.glob", "import glob\nreturn glob.glob(S + '/secret/*')")
stopped(
    "glob.iglob in all folders", "import glob\nreturn list(glob.iglob(S + '/**', recursive=True))"
)
stopped("pathlib's glob", "import pathlib\nreturn list(pathlib.Path(S, 'secret').glob('*'))")
stopped("pathlib's iterdir", "import pathlib\nreturn list(pathlib.Path(S, 'secret').iterdir())")
stopped("os.chdir", "import os\nos.chdir(S + '/secret')\nreturn True", child=True)
stopped("os.getxattr", "import os\nreturn os.listxattr(S + '/secret/private.txt') is not None")
stopped(
    "linecache",
    "import linecache\n" + READ + "''.join(linecache.getlines(S + '/secret/private.txt'))",
)
stopped(
    "fileinput", "import fileinput\n" + READ + "''.join(fileinput.input(S + '/secret/private.txt'))"
)
stopped(
    "mmap of an opened file",
    "import mmap\nfile = open(S + '/secret/private.txt', 'rb')\nreturn mmap.mmap(file.fileno(), 0, access=1)[:]",
)
stopped("gzip", "import gzip\nreturn gzip.open(S + '/secret/private.txt')")
stopped("zipfile", "import zipfile\nreturn zipfile.ZipFile(S + '/secret/z.zip').namelist()")
stopped("tarfile", "import tarfile\nreturn tarfile.open(S + '/secret/t.tar')")
stopped("tomllib", "import tomllib\nreturn tomllib.load(open(S + '/secret/private.txt', 'rb'))")
stopped(
    "configparser",
    "import configparser\nreturn configparser.ConfigParser().read(S + '/secret/private.ini')",
)
stopped(
    "shutil.copyfile out of it",
    "import shutil\nreturn shutil.copyfile(S + '/secret/private.txt', S + '/granted/copy')",
)
stopped(
    "a hard link to it",
    "import os\nos.link(S + '/secret/private.txt', S + '/granted/hard')\n"
    + READ
    + "open(S + '/granted/hard').read()",
)
stopped(
    "a link to it",
    "import os\nos.symlink(S + '/secret/private.txt', S + '/granted/soft')\n"
    + READ
    + "open(S + '/granted/soft').read()",
)
stopped(
    "urllib of a file: address",
    "import urllib.request\n"
    + READ
    + "urllib.request.urlopen('file://' + S + '/secret/private.txt').read().decode()",
)
stopped("runpy", "import runpy\nreturn runpy.run_path(S + '/secret/module.py')")
stopped(
    "importing a module from elsewhere",
    "import sys\nsys.path.insert(0, S + '/secret')\nimport module\nreturn True",
    child=True,
)
stopped(
    "a module by its file",
    """
    import importlib.util
    spec = importlib.util.spec_from_file_location('module', S + '/secret/module.py')
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return True""",
)
stopped(
    "exec of code that opens",
    "exec('found = open(path).read()', {'path': S + '/secret/private.txt'})\nreturn True",
)
stopped(
    "code with the file name of a library",
    """
    import json
    code = compile('found = open(path).read()', json.__file__, 'exec')
    exec(code, {'path': S + '/secret/private.txt', '__name__': 'json'})
    return True""",
)
passes(
    "os.stat",
    "import os\nreturn os.stat(S + '/secret/private.txt').st_size",
    "Python announces no event for it: names, sizes and times of files are visible",
)
passes(
    "os.path.exists", "import os\nreturn os.path.exists(S + '/secret/private.txt')", "as os.stat"
)
passes("os.access", "import os\nreturn os.access(S + '/secret/private.txt', os.R_OK)", "as os.stat")
passes(
    "os.readlink",
    "import os\nreturn os.readlink(S + '/granted/link')",
    "Python announces no event for it",
)
passes(
    "SQLite's ATTACH",
    """
    import sqlite3
    con = sqlite3.connect(':memory:')
    con.execute('attach ? as other', (S + '/secret/p.db',))
    return con.execute('select * from other.t').fetchall()""",
    "SQLite opens the file itself, without an event",
)
passes(
    "a descriptor that somebody else opened",
    """
    import os
    return next((fd for fd in range(3, 200) if os.path.exists(f'/proc/self/fd/{fd}')
        and os.path.realpath(f'/proc/self/fd/{fd}') == S + '/secret/held.txt'
        and os.pread(fd, 99, 0)), None)""",
    "a descriptor is a number; who opened it is not known",
    child=True,
)
passes(
    "reading os.environ",
    "import os\nreturn os.environ['PATH']",
    "the environment is an ordinary dictionary of this process",
)
passes("its own file", "return open(S + '/own/data.txt').read()", MUST)
passes("a file that is granted", "return open(S + '/granted/in.txt').read()", MUST)
passes("a folder that is granted", "import os\nreturn os.listdir(S + '/granted')", MUST)
passes(
    "glob in a folder that is granted", "import glob\nreturn glob.glob(S + '/granted/*.txt')", MUST
)
passes(
    "a granted file through ..",
    "return open(S + '/secret/../granted/in.txt').read()",
    "it is the same file",
)
passes(
    "os.open of a granted file",
    "import os\nreturn os.close(os.open(S + '/granted/in.txt', os.O_RDONLY)) is None",
    MUST,
)
passes(
    "a granted file as a pathlib path",
    "import io, pathlib\nreturn io.FileIO(pathlib.Path(S, 'granted/in.txt')).read()",
    MUST,
)
passes(
    "importing modules of the library",
    "import json, csv, wave, sqlite3, decimal, colorsys, statistics, tomllib\nreturn json.dumps({})",
    MUST,
)
passes(
    "importing a module anew",
    "import sys, importlib\nsys.modules.pop('colorsys', None)\nreturn importlib.import_module('colorsys').rgb_to_hsv(1, 0, 0)",
    MUST,
)
passes("importing an installed package", "import mido\nreturn mido.Message('note_on')", MUST)
passes("importing what uses ctypes itself", "import uuid, ssl, platform\nreturn uuid.uuid4()", MUST)
passes(
    "a time zone",
    "import zoneinfo, datetime\nreturn datetime.datetime.now(zoneinfo.ZoneInfo('Europe/Berlin'))",
    MUST,
)
passes("logging", "import logging\nlogging.getLogger('plugin').warning('hello')\nreturn True", MUST)
passes(
    "logging an exception with its lines",
    """
    import logging
    try:
        1 / 0
    except ZeroDivisionError:
        logging.getLogger('plugin').exception('hello')
    return True""",
    MUST,
)
passes(
    "warnings",
    "import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n    warnings.warn('x', stacklevel=1)\nreturn True",
    MUST,
)
passes(
    "dataclasses, inspect and functools",
    """
    import dataclasses, functools, inspect
    @dataclasses.dataclass
    class One:
        x: int = 1
    return inspect.signature(functools.partial(One)).parameters""",
    MUST,
)
passes(
    "random numbers",
    "import os, random, secrets\nreturn os.urandom(4) and secrets.token_bytes(4)",
    MUST,
)
passes("/dev/null", "open('/dev/null', 'w').write('x')\nreturn True", MUST)

passes(
    "pwd", "import pwd\nreturn pwd.getpwall()", "the C library reads /etc/passwd, without an event"
)
passes(
    "certificates by ssl",
    """
    import ssl
    try:
        ssl.create_default_context().load_verify_locations(S + '/secret/private.txt')
    except ssl.SSLError:
        return True""",
    "OpenSSL opens the file itself, without an event; it accepts certificates only",
)
passes(
    "asking the import system for a module",
    "from importlib.machinery import PathFinder\nreturn PathFinder.find_spec('module', [S + '/secret'])",
    "it may list any folder: it would remember a refused one as empty, for the user too; opening the module is stopped",
)

group("writing files")
IS = "\nimport os\nreturn os.path.exists(S + '/secret/new')"
GONE = "\nimport os\nreturn not os.path.exists(S + '/secret/private.txt')"
stopped("open to write", "open(S + '/secret/new', 'w').close()" + IS)
stopped("open to append", "open(S + '/secret/private.txt', 'a').write('x')\nreturn True")
stopped("open to create", "open(S + '/secret/new', 'x').close()" + IS)
stopped("open to read and write", "open(S + '/secret/private.txt', 'r+').close()\nreturn True")
stopped(
    "writing in its own folder",
    "open(S + '/own/data.txt', 'w').close()\nreturn True",
    "it may read there; files that code comes from do not change under it",
)
stopped("writing in the library", "import json\nopen(json.__file__, 'a').close()\nreturn True")
stopped(
    "os.open with O_CREAT", "import os\nos.open(S + '/secret/new', os.O_CREAT | os.O_WRONLY)" + IS
)
stopped(
    "os.open with O_RDONLY and O_CREAT", "import os\nos.open(S + '/secret/new', os.O_CREAT)" + IS
)
stopped(
    "os.open with O_RDONLY and O_TRUNC",
    "import os\nos.open(S + '/own/data.txt', os.O_TRUNC)\nreturn True",
)
stopped(
    "os.open with O_TMPFILE",
    "import os\nos.open(S + '/secret', os.O_TMPFILE | os.O_RDWR)\nreturn True",
)
stopped(
    "an opener",
    "import os\nopen(S + '/granted/x', 'w', opener=lambda p, f: os.open(S + '/secret/new', f))"
    + IS,
)
stopped("writing through a link", "open(S + '/granted/link', 'w').close()\nreturn True")
stopped("os.remove", "import os\nos.remove(S + '/secret/private.txt')" + GONE)
stopped(
    "os.unlink with a descriptor",
    "import os\nos.unlink('../secret/private.txt', dir_fd=os.open(S + '/granted', 0))" + GONE,
)
stopped("pathlib's unlink", "import pathlib\npathlib.Path(S, 'secret/private.txt').unlink()" + GONE)
stopped(
    "os.rename away", "import os\nos.rename(S + '/secret/private.txt', S + '/granted/x')" + GONE
)
stopped(
    "os.replace into it", "import os\nos.replace(S + '/granted/in.txt', S + '/secret/new')" + IS
)
stopped("os.mkdir", "import os\nos.mkdir(S + '/secret/new')" + IS)
stopped("os.makedirs", "import os\nos.makedirs(S + '/secret/new/a/b')" + IS)
stopped(
    "os.mkdir with a descriptor",
    "import os\nos.mkdir('../secret/new', dir_fd=os.open(S + '/granted', 0))" + IS,
)
stopped("os.rmdir", "import os\nos.rmdir(S + '/secret/empty')\nreturn True")
stopped("os.symlink", "import os\nos.symlink('/x', S + '/secret/new')\nreturn True")
stopped("os.link into it", "import os\nos.link(S + '/granted/in.txt', S + '/secret/new')" + IS)
stopped("os.chmod", "import os\nos.chmod(S + '/secret/private.txt', 0o777)\nreturn True")
stopped("os.chmod through a link", "import os\nos.chmod(S + '/granted/link', 0o777)\nreturn True")
stopped("os.chown", "import os\nos.chown(S + '/secret/private.txt', -1, -1)\nreturn True")
stopped("os.utime", "import os\nos.utime(S + '/secret/private.txt')\nreturn True")
stopped("os.truncate", "import os\nos.truncate(S + '/secret/private.txt', 0)\nreturn True")
stopped(
    "os.setxattr", "import os\nos.setxattr(S + '/secret/private.txt', 'user.x', b'x')\nreturn True"
)
stopped("shutil.rmtree", "import shutil\nshutil.rmtree(S + '/secret')\nreturn True")
stopped(
    "shutil.rmtree, ignoring errors",
    "import shutil\nshutil.rmtree(S + '/secret', ignore_errors=True)" + GONE,
)
stopped(
    "shutil.move", "import shutil\nshutil.move(S + '/secret/private.txt', S + '/granted')" + GONE
)
stopped("shutil.copytree", "import shutil\nshutil.copytree(S + '/granted', S + '/secret/new')" + IS)
stopped(
    "shutil.make_archive",
    "import shutil\nreturn shutil.make_archive(S + '/secret/new', 'zip', S + '/granted')",
)
stopped("shutil.chown", "import shutil\nshutil.chown(S + '/secret/private.txt', 0)\nreturn True")
stopped("tempfile", "import tempfile\nreturn tempfile.mkstemp()")
stopped("tempfile's folders", "import tempfile\nreturn tempfile.mkdtemp(dir=S + '/secret')")
stopped(
    "tempfile.TemporaryFile", "import tempfile\nreturn tempfile.TemporaryFile(dir=S + '/secret')"
)
stopped("logging to a file", "import logging\nlogging.FileHandler(S + '/secret/new')" + IS)
stopped("sqlite3.connect", "import sqlite3\nsqlite3.connect(S + '/secret/new')" + IS)
stopped(
    "sqlite3.connect by an address",
    "import sqlite3\nsqlite3.connect('file:' + S + '/secr%65t/new?mode=rwc', uri=True)" + IS,
)
stopped(
    "dbm.dumb",
    "import dbm.dumb\ndbm.dumb.open(S + '/secret/new')\nimport os\nreturn os.path.exists(S + '/secret/new.dat')",
)
stopped("print to a file", "print('x', file=open(S + '/secret/new', 'w'))" + IS)
passes(
    "os.mkfifo", "import os\nos.mkfifo(S + '/secret/new')" + IS, "Python announces no event for it"
)
passes(
    "os.mknod", "import os\nos.mknod(S + '/secret/new')" + IS, "Python announces no event for it"
)
passes(
    "SQLite's VACUUM INTO",
    "import sqlite3\nsqlite3.connect(':memory:').execute('vacuum into ?', (S + '/secret/new',))"
    + IS,
    "SQLite opens the file itself, without an event",
)
passes(
    "readline's history",
    "import readline\nreadline.write_history_file(S + '/secret/new')" + IS,
    "the C library opens the file, without an event",
    child=True,
)
passes(
    "writing where that is granted", "open(S + '/granted/out.txt', 'w').close()\nreturn True", MUST
)
passes(
    "removing where that is granted",
    "import os\nos.remove(S + '/granted/in.txt')\nreturn True",
    MUST,
)
passes(
    "replacing where that is granted",
    "import os\nopen(S + '/granted/n', 'w').close()\nos.replace(S + '/granted/n', S + '/granted/in.txt')\nreturn True",
    MUST,
)
passes(
    "removing a link that leads out",
    "import os\nos.remove(S + '/granted/link')\nreturn os.path.exists(S + '/secret/private.txt')",
    "the link is removed, not what it leads to",
)
passes(
    "folders where that is granted",
    "import os, shutil\nos.makedirs(S + '/granted/a/b/c')\nopen(S + '/granted/a/b/f', 'w').close()\nshutil.rmtree(S + '/granted/a')\nreturn not os.path.exists(S + '/granted/a')",
    MUST,
)
passes(
    "a temporary folder where that is granted",
    "import tempfile\nwith tempfile.TemporaryDirectory(dir=S + '/granted') as one:\n    open(one + '/x', 'w').close()\nreturn True",
    MUST,
)
passes(
    "a data base where that is granted",
    "import sqlite3\nsqlite3.connect(S + '/granted/db').execute('create table t (x)')\nreturn True",
    MUST,
)
passes(
    "a data base in memory",
    "import sqlite3\nsqlite3.connect(':memory:').execute('create table t (x)')\nreturn True",
    MUST,
)
passes(
    "copying where that is granted",
    "import shutil\nreturn shutil.copy2(S + '/granted/in.txt', S + '/granted/copy')",
    MUST,
)

passes(
    "shared memory",
    """
    import _posixshmem, os
    os.close(_posixshmem.shm_open('/midimon-attempt', os.O_CREAT | os.O_RDWR, mode=384))
    return _posixshmem.shm_unlink('/midimon-attempt') is None""",
    "Python announces no event for it",
    child=True,
)

group("network")
CON = "import socket\ns = socket.socket()\n"
stopped("connect to another port", CON + "s.connect(('127.0.0.1', Q))\nreturn True")
stopped("connect_ex to another port", CON + "return s.connect_ex(('127.0.0.1', Q)) == 0")
stopped("create_connection", "import socket\nreturn socket.create_connection(('localhost', Q))")
stopped("connect to a host", CON + "s.connect(('192.0.2.1', 80))\nreturn True")
stopped(
    "connect to IPv6",
    "import socket\nsocket.socket(socket.AF_INET6).connect(('::1', Q))\nreturn True",
)
stopped(
    "an IPv4 address written as IPv6",
    "import socket\nsocket.socket(socket.AF_INET6).connect(('::ffff:127.0.0.1', Q))\nreturn True",
)
stopped("an address written as a number", CON + "s.connect(('2130706433', Q))\nreturn True")
stopped("getaddrinfo", "import socket\nreturn socket.getaddrinfo('secret-data.example.com', 80)")
stopped("gethostbyname", "import socket\nreturn socket.gethostbyname('secret-data.example.com')")
stopped("gethostbyaddr", "import socket\nreturn socket.gethostbyaddr('192.0.2.1')")
stopped("getnameinfo", "import socket\nreturn socket.getnameinfo(('192.0.2.1', 80), 0)")
stopped(
    "UDP sendto",
    "import socket\nsocket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', Q))\nreturn True",
)
stopped(
    "UDP sendmsg",
    "import socket\nsocket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('127.0.0.1', Q))\nreturn True",
)
stopped(
    "UDP connect",
    "import socket\nsocket.socket(type=socket.SOCK_DGRAM).connect(('127.0.0.1', Q))\nreturn True",
)
stopped(
    "broadcast",
    "import socket\ns = socket.socket(type=socket.SOCK_DGRAM)\ns.setsockopt(1, 6, 1)\ns.sendto(b'x', ('<broadcast>', 9))\nreturn True",
)
stopped("bind", CON + "s.bind(('127.0.0.1', 0))\nreturn True")
stopped("create_server", "import socket\nreturn socket.create_server(('127.0.0.1', 0))")
stopped("http.server", "import http.server\nreturn http.server.HTTPServer(('127.0.0.1', 0), None)")
stopped("urllib", "import urllib.request\nreturn urllib.request.urlopen(f'http://127.0.0.1:{Q}')")
stopped(
    "urllib through a granted proxy",
    """
    import urllib.request
    proxy = urllib.request.ProxyHandler({'http': f'http://localhost:{P}'})
    return urllib.request.build_opener(proxy).open('http://elsewhere.example.com/')""",
)
stopped(
    "http.client",
    "import http.client\nhttp.client.HTTPConnection('127.0.0.1', Q).request('GET', '/')\nreturn True",
)
stopped("smtplib", "import smtplib\nreturn smtplib.SMTP('127.0.0.1', Q)")
stopped("ftplib", "import ftplib\nreturn ftplib.FTP().connect('127.0.0.1', Q)")
stopped("a raw socket", "import socket\nreturn socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)")
stopped(
    "a socket in the file system",
    "import socket\nsocket.socket(socket.AF_UNIX).connect(S + '/secret/socket')\nreturn True",
)
stopped(
    "binding a socket in the file system",
    "import socket\nsocket.socket(socket.AF_UNIX).bind(S + '/secret/new')" + IS,
)
stopped(
    "a socket with an abstract name",
    "import socket\nsocket.socket(socket.AF_UNIX).connect('\\0abstract')\nreturn True",
)
stopped(
    "asyncio",
    """
    import asyncio
    asyncio.new_event_loop().run_until_complete(asyncio.open_connection('127.0.0.1', Q))
    return True""",
    child=True,
)
stopped(
    "asyncio, by name",
    """
    import asyncio
    asyncio.new_event_loop().run_until_complete(asyncio.open_connection('other.example.com', 80))
    return True""",
    child=True,
)
passes(
    "listening without a name",
    CON + "s.listen()\nreturn s.getsockname()[1]",
    "Python announces no event for listen(); the system chooses the port",
)
passes(
    "a pair of sockets",
    "import socket\na, b = socket.socketpair()\na.send(b'x')\nreturn b.recv(1)",
    MUST,
)
passes(
    "a granted server by name",
    "import socket\nreturn socket.create_connection(('localhost', P))",
    MUST,
)
passes(
    "a granted server by address",
    CON + "s.connect(('127.0.0.1', P))\nreturn True",
    "localhost, 127.0.0.1 and ::1 are one host",
)
passes(
    "urllib to a granted server",
    "import urllib.request\nreturn urllib.request.urlopen(f'http://localhost:{P}/').read()",
    MUST,
)
passes(
    "http.client to a granted server",
    "import http.client\nc = http.client.HTTPConnection('localhost', P)\nc.request('GET', '/')\nreturn c.getresponse().read()",
    MUST,
)
passes(
    "asyncio to a granted server",
    """
    import asyncio
    async def go():
        reader, writer = await asyncio.open_connection('localhost', P)
        writer.close()
        return True
    return asyncio.new_event_loop().run_until_complete(go())""",
    MUST,
    child=True,
)
passes(
    "listening where that is granted",
    "import socket\nreturn socket.create_server(('127.0.0.1', 0))",
    MUST,
    may=("network:listen",),
)
passes(
    "sockets of zmq",
    """
    import zmq
    return zmq.Context().socket(zmq.REQ).connect(f'tcp://127.0.0.1:{Q}') is not False""",
    "native code opens its own sockets, without an event",
    child=True,
)

group("programs")
RUN = "return os.path.exists(S + '/secret/new')"
stopped(
    "subprocess.run", "import os, subprocess\nsubprocess.run(['touch', S + '/secret/new'])\n" + RUN
)
stopped(
    "subprocess by its path",
    "import os, subprocess\nsubprocess.run(['/usr/bin/touch', S + '/secret/new'])\n" + RUN,
)
stopped(
    "subprocess with a shell",
    "import os, subprocess\nsubprocess.run('touch ' + S + '/secret/new', shell=True)\n" + RUN,
)
stopped(
    "another program under a granted name",
    "import os, subprocess\nsubprocess.run(['true', S + '/secret/new'], executable='touch')\n"
    + RUN,
)
stopped(
    "a PATH of its own",
    """
    import os, subprocess
    os.symlink('/usr/bin/touch', S + '/granted/true')
    subprocess.run(['true', S + '/secret/new'], env={'PATH': S + '/granted'})
    """
    + RUN,
)
stopped("os.system", "import os\nos.system('touch ' + S + '/secret/new')\n" + RUN)
stopped("os.popen", "import os\nos.popen('touch ' + S + '/secret/new').read()\n" + RUN)
stopped(
    "os.posix_spawn",
    "import os\nos.waitpid(os.posix_spawn('/usr/bin/touch', ['touch', S + '/secret/new'], {}), 0)\n"
    + RUN,
)
stopped(
    "os.posix_spawnp",
    "import os\nos.waitpid(os.posix_spawnp('touch', ['touch', S + '/secret/new'], {}), 0)\n" + RUN,
)
stopped("os.fork", "import os\nif os.fork() == 0:\n    os._exit(0)\nreturn True", child=True)
stopped(
    "os.forkpty", "import os\nif os.forkpty()[0] == 0:\n    os._exit(0)\nreturn True", child=True
)
stopped(
    "os.execv",
    "import os\nos.execv('/bin/true', ['true', 'x'])",
    "the program is granted, but it would take the kernel's place",
    child=True,
)
stopped(
    "os.spawnv",
    "import os\nreturn os.spawnv(os.P_WAIT, '/usr/bin/touch', ['touch', S + '/secret/new']) == 0",
    child=True,
)
stopped("pty.spawn", "import pty\nreturn pty.spawn(['touch', S + '/secret/new']) == 0", child=True)
stopped(
    "webbrowser",
    "import webbrowser\nreturn webbrowser.get('touch').open(S + '/secret/new') if webbrowser.register('touch', None, webbrowser.GenericBrowser('touch')) is None else 0",
)
stopped(
    "asyncio's programs",
    """
    import asyncio, os
    async def go():
        await (await asyncio.create_subprocess_exec('touch', S + '/secret/new')).wait()
    asyncio.new_event_loop().run_until_complete(go())
    """
    + RUN,
    child=True,
)
stopped(
    "multiprocessing by fork",
    "import multiprocessing, os\np = multiprocessing.get_context('fork').Process(target=os.mkdir, args=(S + '/secret/new',))\np.start(); p.join()\n"
    + RUN,
    child=True,
)
stopped(
    "multiprocessing by spawn",
    "import multiprocessing, os\np = multiprocessing.get_context('spawn').Process(target=os.mkdir, args=(S + '/secret/new',))\np.start(); p.join()\n"
    + RUN,
    child=True,
)
stopped(
    "_posixsubprocess",
    """
    import _posixsubprocess, multiprocessing.util as u, os, sys
    r, w = os.pipe()
    os.waitpid(u.spawnv_passfds(b'/usr/bin/touch', [b'touch', os.fsencode(S + '/secret/new')], []), 0)
    """
    + RUN,
    child=True,
)
passes(
    "_posixsubprocess, kept by subprocess",
    """
    import os, subprocess, _posixsubprocess
    real = subprocess._fork_exec
    r, w = os.pipe()
    old = _posixsubprocess.fork_exec
    _posixsubprocess.fork_exec = real
    try:
        import multiprocessing.util as u
        os.waitpid(u.spawnv_passfds(b'/usr/bin/touch', [b'touch', os.fsencode(S + '/secret/new')], []), 0)
    finally:
        _posixsubprocess.fork_exec = old
    """
    + RUN,
    "Python announces no event for it; only its public name is watched",
    child=True,
)
passes(
    "a granted program", "import subprocess\nreturn subprocess.run(['true']).returncode == 0", MUST
)
passes(
    "a granted program by its path",
    "import subprocess, shutil\nreturn subprocess.run([shutil.which('true')]).returncode == 0",
    MUST,
)
passes(
    "what a granted program does",
    "import subprocess\nreturn subprocess.run(['cat', S + '/secret/private.txt'], capture_output=True).stdout",
    "a program has the rights of whoever runs the kernel",
    may=("subprocess:cat",),
)

passes(
    "a granted program in an environment of its own",
    "import os, subprocess\nreturn subprocess.run(['true'], env={**os.environ, 'A': 'b'}, cwd=S + '/granted').returncode == 0",
    MUST,
)
passes(
    "a granted program by asyncio",
    """
    import asyncio
    async def go():
        return await (await asyncio.create_subprocess_exec('true')).wait() == 0
    return asyncio.run(go())""",
    MUST,
    child=True,
)
stopped(
    "an environment that answers differently the second time",
    """
    import os, subprocess
    class Odd(type(os.environ)):
        def __init__(self): self.asked = 0
        def get(self, key, default=None): return S + '/granted'
        def __getitem__(self, key): return S
        def __iter__(self): return iter(())
    os.symlink('/usr/bin/touch', S + '/granted/true')
    subprocess.run(['true', S + '/secret/new'], env=Odd())
    """
    + RUN,
)

group("the system")
stopped("os.kill", "import os\nos.kill(os.getpid(), 0)\nreturn True")
stopped("os.killpg", "import os\nos.killpg(os.getpgid(0), 0)\nreturn True")
stopped(
    "signal.pthread_kill",
    "import signal, threading\nsignal.pthread_kill(threading.get_ident(), 0)\nreturn True",
)
stopped(
    "resource.setrlimit",
    "import resource\nresource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE))\nreturn True",
)
stopped("os.putenv", "import os\nos.putenv('MIDIMON_X', '1')\nreturn True")
stopped(
    "changing os.environ",
    "import os\nos.environ['MIDIMON_X'] = '1'\nreturn os.environ.pop('MIDIMON_X')",
)
stopped("os.unsetenv", "import os\nos.unsetenv('MIDIMON_X')\nreturn True")
passes(
    "signal.signal",
    "import signal\nreturn signal.signal(signal.SIGUSR1, signal.SIG_IGN) is not None",
    "Python announces no event for it",
    child=True,
)
passes("os.nice", "import os\nos.nice(0)\nreturn True", "Python announces no event for it")
passes(
    "os._exit",
    'import os\nprint(\'{"verdict": "passes"}\', flush=True)\nos._exit(0)',
    "Python announces no event for it; a plugin can end the kernel",
    child=True,
)
passes(
    "signal.raise_signal",
    "import signal\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)\nsignal.raise_signal(signal.SIGUSR1)\nreturn True",
    "Python announces no event for it",
    child=True,
)
passes(
    "processes where that is granted",
    "import os\nos.kill(os.getpid(), 0)\nreturn True",
    MUST,
    may=("system_control:processes",),
)

group("native code")
stopped("ctypes.CDLL", "import ctypes\nreturn ctypes.CDLL(None)")
stopped(
    "ctypes.util",
    "import ctypes.util\nreturn ctypes.CDLL(ctypes.util.find_library('c') or 'libc.so.6')",
)
stopped("ctypes.pythonapi", "import ctypes\nreturn ctypes.pythonapi.PyErr_Clear")
stopped("ctypes.string_at", "import ctypes\nreturn ctypes.string_at(id(None), 8)")
stopped(
    "an extension of its own",
    """
    import importlib.machinery, importlib.util
    loader = importlib.machinery.ExtensionFileLoader('evil', S + '/own/evil.so')
    importlib.util.module_from_spec(importlib.util.spec_from_loader('evil', loader))
    return True""",
)
stopped(
    "an extension of SQLite",
    """
    import sqlite3, sys
    con = sqlite3.connect(':memory:')
    def announce(on): sys.audit('sqlite3.enable_load_extension', con, on)  # where it is not built in
    getattr(con, 'enable_load_extension', announce)(True)
    return True""",
)
passes(
    "ctypes.memmove",
    "import ctypes\na = ctypes.c_int(1)\nb = ctypes.c_int(2)\nctypes.memmove(ctypes.byref(a), ctypes.byref(b), 4)\nreturn a.value == 2",
    "Python announces no event for it, and it can write any address, the guard's too",
)
passes(
    "numpy's as_strided",
    "import numpy\nreturn numpy.lib.stride_tricks.as_strided(numpy.zeros(1), (1,), (8,)) is not None",
    "numpy can read and write any address, the guard's too",
)
passes(
    "ctypes with all of subprocess",
    "import ctypes\nreturn ctypes.CDLL(None).getpid() > 0",
    "who may start every program may do as much as native code can",
    may=("subprocess",),
)

passes(
    "ctypes as if a library were imported",
    """
    import importlib._bootstrap, json
    code = compile('import ctypes; found = ctypes.CDLL(None)', json.__file__, 'exec')
    space = {'__name__': 'json'}
    importlib._bootstrap._call_with_frames_removed(exec, code, space)
    return space['found']""",
    "what is being imported is told by the names of files, and those can be forged",
)

group("reaching the guard")
stopped("sys.settrace", "import sys\nsys.settrace(lambda *a: None)\nreturn True", child=True)
stopped("sys.setprofile", "import sys\nsys.setprofile(lambda *a: None)\nreturn True", child=True)
stopped(
    "sys.addaudithook",
    "import sys\nseen = []\nsys.addaudithook(lambda *a: seen.append(a))\nopen('/dev/null').close()\nreturn seen",
    "another hook could refuse what the user does",
    child=True,
)
stopped("sys._current_frames", "import sys\nreturn sys._current_frames()")
stopped("gc.get_objects", "import gc\nreturn gc.get_objects()")
stopped("gc.get_referrers", "import gc\nreturn gc.get_referrers(S)")
stopped("gc.get_referents", "import gc\nreturn gc.get_referents([])")
stopped(
    "the frames of a refusal",
    """
    try:
        open(S + '/secret/private.txt')
    except PermissionError as error:
        return error.__traceback__.tb_next.tb_frame.f_globals""",
)
stopped("the frame of a generator", "return (x for x in ()).gi_frame")
stopped(
    "the code of the guard's functions",
    """
    from midimon_live.plugin.guard import guard
    guard._judged.__code__ = (lambda event, args: None).__code__
    return open(S + '/secret/private.txt').read()""",
)
passes(
    "the frames of a refusal, by the traceback module",
    """
    import traceback
    try:
        open(S + '/secret/private.txt')
    except PermissionError as error:
        return [f for f, _ in traceback.walk_tb(error.__traceback__)][-1].f_globals""",
    "the library reads frames for everybody; from there the guard can be switched off",
)
passes(
    "the guard by its name",
    "from midimon_live.plugin.guard import guard\nreturn len(guard._guards)",
    "everything in one process can be reached; a plugin that means harm can stop the guard",
)

group("who is acting")
MK = "import os\n"
DID = "\nreturn os.path.exists(S + '/secret/new')"
NEW = "S + '/secret/new'"
stopped(
    "a new thread",
    MK
    + f"import threading\nt = threading.Thread(target=os.mkdir, args=({NEW},))\nthreading.excepthook, old = (lambda a: None), threading.excepthook\nt.start(); t.join()\nthreading.excepthook = old"
    + DID,
)
stopped("a new thread, plugin of a cell", ATTEMPTS[-1].code, cell=True)
stopped(
    "_thread",
    MK
    + f"import _thread, time, sys\nold, sys.unraisablehook = sys.unraisablehook, lambda a: None\n_thread.start_new_thread(os.mkdir, ({NEW},))\ntime.sleep(0.1)\nsys.unraisablehook = old"
    + DID,
    child=True,
)
stopped(
    "a thread of a thread",
    MK
    + f"""
import threading
def inner():
    threading.Thread(target=os.mkdir, args=({NEW},)).start()
threading.excepthook, old = (lambda a: None), threading.excepthook
t = threading.Thread(target=inner); t.start(); t.join()
import time
time.sleep(0.1)
threading.excepthook = old"""
    + DID,
)
stopped(
    "a timer thread",
    MK
    + f"import threading\nthreading.excepthook, old = (lambda a: None), threading.excepthook\nt = threading.Timer(0, os.mkdir, ({NEW},))\nt.start(); t.join()\nthreading.excepthook = old"
    + DID,
)
stopped(
    "a pool of threads",
    MK
    + f"from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(1) as pool:\n    pool.submit(os.mkdir, {NEW}).result()"
    + DID,
)
stopped("a pool of threads, plugin of a cell", ATTEMPTS[-1].code, cell=True)
stopped(
    "asyncio.to_thread",
    MK
    + f"import asyncio\nasyncio.new_event_loop().run_until_complete(asyncio.to_thread(os.mkdir, {NEW}))"
    + DID,
    child=True,
)
stopped(
    "an empty context", MK + f"import contextvars\ncontextvars.Context().run(os.mkdir, {NEW})" + DID
)
stopped(
    "an empty context on a thread, plugin of a cell",
    MK
    + f"import contextvars, threading\nthreading.excepthook, old = (lambda a: None), threading.excepthook\nt = threading.Thread(target=contextvars.Context().run, args=(os.mkdir, {NEW}))\nt.start(); t.join()\nthreading.excepthook = old"
    + DID,
    cell=True,
)
stopped(
    "forgetting who is acting",
    MK
    + f"from midimon_live.plugin.guard.subject import acting\nacting.set(None)\nos.mkdir({NEW})"
    + DID,
)
stopped(
    "saying it is somebody else",
    MK
    + f"""
from midimon_live.plugin.guard.subject import Subject, acting
from midimon_live.scopes import Rights, scope
acting.set(Subject('other', Rights([scope('filesystem')], [scope('filesystem')])))
os.mkdir({NEW})"""
    + DID,
)
stopped(
    "a task",
    MK
    + f"import asyncio\nasync def go():\n    os.mkdir({NEW})\nasyncio.new_event_loop().run_until_complete(go())"
    + DID,
    child=True,
)
stopped(
    "call_soon with an empty context",
    MK
    + f"""
import asyncio, contextvars
loop = asyncio.new_event_loop()
loop.call_soon(lambda: os.mkdir({NEW}), context=contextvars.Context())
loop.call_soon(loop.stop)
LATER.append(loop.run_forever)""",
    child=True,
)
passes(
    "call_soon of a C function with an empty context",
    MK
    + f"""
import asyncio, contextvars
loop = asyncio.new_event_loop()
loop.call_soon(os.mkdir, {NEW}, context=contextvars.Context())
loop.call_soon(loop.stop)
LATER.append(loop.run_forever)""",
    "no line, thread or context of the plugin is there when it happens",
    child=True,
)
stopped(
    "a weakref callback",
    MK
    + f"""
import weakref
class Thing: pass
box = [Thing()]
KEEP.append(weakref.ref(box[0], lambda _: os.mkdir({NEW})))
LATER.append(box.clear)""",
    child=True,
)
stopped(
    "__del__",
    MK
    + f"""
class Thing:
    def __del__(self):
        os.mkdir({NEW})
KEEP.append(Thing())
LATER.append(KEEP.clear)""",
    child=True,
)
stopped(
    "a signal handler",
    MK
    + f"""
import signal
signal.signal(signal.SIGUSR1, lambda *a: os.mkdir({NEW}))
LATER.append(RAISE)""",
    child=True,
)
stopped(
    "a repr that somebody else asks for",
    MK
    + f"""
class Thing:
    def __repr__(self):
        os.mkdir({NEW})
        return 'x'
one = Thing()
LATER.append(one.__repr__)""",
)
stopped(
    "a function that is left in the library",
    MK
    + f"""
import json
old = json.dumps
json.dumps = lambda *a: (setattr(json, 'dumps', old), os.mkdir({NEW}))
LATER.append(lambda: json.dumps(1))""",
)
stopped(
    "atexit",
    MK
    + f"""
import atexit
atexit.register(lambda: os.mkdir({NEW}))
LATER.append(atexit._run_exitfuncs)""",
    child=True,
)
passes(
    "a C function at exit",
    MK + f"import atexit\natexit.register(os.mkdir, {NEW})\nLATER.append(atexit._run_exitfuncs)",
    "no line, thread or context of the plugin is there when it happens",
    child=True,
)
passes(
    "an empty context, plugin of a cell",
    MK + f"import contextvars\ncontextvars.Context().run(os.mkdir, {NEW})" + DID,
    "cells share their globals, so only context and threads tell whose code it is",
    cell=True,
)
stopped("a callback of a C function", MK + f"list(map(os.mkdir, [{NEW}]))" + DID)
stopped("sorted with a key", MK + f"sorted([{NEW}], key=os.mkdir)" + DID)
stopped(
    "threading.settrace",
    "import threading\nthreading.settrace(lambda *a: None)\nt = threading.Thread(target=print)\nold, threading.excepthook = threading.excepthook, lambda a: None\nt.start(); t.join()\nthreading.settrace(None)\nthreading.excepthook = old\nreturn False",
    child=True,
)
INTERPRETER = """
    import sys
    name = '_interpreters' if sys.version_info >= (3, 13) else '_xxsubinterpreters'
    """
stopped(
    "another interpreter",
    INTERPRETER + "sys.modules.pop(name, None)\n    return __import__(name).create() is not None",
    "it would have no guard",
    child=True,
)
passes(
    "another interpreter, by importlib",
    INTERPRETER + "import importlib\n    return importlib.import_module(name).create() is not None",
    "importlib announces no event for built-in modules, and refusing to make an interpreter crashes Python 3.12",
    child=True,
)

stopped(
    "the loop's own pool",
    MK
    + f"import asyncio\nloop = asyncio.new_event_loop()\nloop.run_until_complete(loop.run_in_executor(None, os.mkdir, {NEW}))"
    + DID,
    child=True,
)
stopped(
    "multiprocessing's pool of threads",
    MK
    + f"from multiprocessing.pool import ThreadPool\nwith ThreadPool(1) as pool:\n    pool.apply(os.mkdir, ({NEW},))"
    + DID,
    child=True,
)
stopped(
    "a pool of processes",
    MK
    + f"from concurrent.futures import ProcessPoolExecutor\nwith ProcessPoolExecutor(1) as pool:\n    pool.submit(os.mkdir, {NEW}).result()"
    + DID,
    child=True,
)
passes(
    "a thread by what the guard wrapped",
    MK
    + f"""
import _thread, time
_thread.start_new_thread.__closure__[0].cell_contents(os.mkdir, ({NEW},))
time.sleep(0.1)"""
    + DID,
    "a wrapper written in Python can be opened",
    child=True,
)

group("what it replaces")
stopped(
    "builtins.open",
    "import builtins\nold = builtins.open\nbuiltins.open = lambda *a: 0\ntry:\n    return old(S + '/secret/private.txt').read()\nfinally:\n    builtins.open = old",
)
stopped(
    "os.path.realpath",
    "import os\nold = os.path.realpath\nos.path.realpath = lambda p, **k: S + '/granted/in.txt'\ntry:\n    return open(S + '/secret/private.txt').read()\nfinally:\n    os.path.realpath = old",
)
stopped(
    "os.lstat and os.readlink",
    "import os\nold = os.lstat, os.readlink\nos.lstat = os.readlink = None\ntry:\n    return open(S + '/granted/link').read()\nfinally:\n    os.lstat, os.readlink = old",
)
stopped(
    "os.path.join and os.getcwd",
    "import os\nold = os.path.join, os.getcwd\nos.path.join = lambda *a: S + '/granted/in.txt'\nos.getcwd = lambda: S + '/granted'\ntry:\n    return open(S + '/secret/private.txt').read()\nfinally:\n    os.path.join, os.getcwd = old",
)
stopped(
    "any, id and next",
    "import builtins\nold = builtins.any, builtins.id, builtins.next\nbuiltins.any = lambda i: True\nbuiltins.id = lambda o: 0\nbuiltins.next = lambda *a: None\ntry:\n    return open(S + '/secret/private.txt').read()\nfinally:\n    builtins.any, builtins.id, builtins.next = old",
    child=True,
)
stopped(
    "sys._getframe",
    "import sys\nold = sys._getframe\nsys._getframe = lambda *a: None\ntry:\n    return open(S + '/secret/private.txt').read()\nfinally:\n    sys._getframe = old",
)
stopped(
    "threading.get_ident",
    "import threading\nold = threading.get_ident\nthreading.get_ident = lambda: 0\ntry:\n    return open(S + '/secret/private.txt').read()\nfinally:\n    threading.get_ident = old",
)
passes(
    "how scopes are compared",
    """
    from midimon_live import scopes
    old = scopes.Scope.covers
    scopes.Scope.covers = lambda *a: True
    try:
        return open(S + '/secret/private.txt').read()
    finally:
        scopes.Scope.covers = old""",
    "everything in one process can be reached; a plugin that means harm can give itself rights",
    child=True,
)
