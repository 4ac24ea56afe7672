#!/usr/bin/env python3
"""The catcher, driven with raw sockets: test_catcher.py PATH-TO-CATCHER [WORDS IN A STORY'S NAME]"""
import base64
import glob
import json
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 10
STORIES = []


def story(sentence):
    def keep(function):
        STORIES.append((sentence, function))
        return function
    return keep


class Catcher:
    """A running catcher in its own folder; `with` ends it."""

    def __init__(self, *options, script=None):
        self.dir = tempfile.mkdtemp(prefix='catcher-')
        self.ledger_path = self.dir + '/ledger'
        self.out = self.dir + '/out'
        words = [PROGRAM, '--listen', '127.0.0.1:0', '--port-file', self.dir + '/port',
                 '--ledger', self.ledger_path, '--max-seconds', '60', '--trace', self.dir + '/trace']
        if script is not None:
            with open(self.dir + '/script', 'w') as file:
                file.write(script)
            words += ['--script', self.dir + '/script']
        if '--count-only' not in options:
            words += ['--out', self.out]
        self.process = subprocess.Popen(words + list(options), stdout=subprocess.PIPE, text=True)
        deadline = time.monotonic() + TIMEOUT
        while not os.path.exists(self.dir + '/port'):
            assert self.process.poll() is None, 'the catcher ended at once'
            assert time.monotonic() < deadline, 'no port file'
            time.sleep(0.005)
        self.port = int(open(self.dir + '/port').read())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        self.last_words, _ = self.process.communicate(timeout=TIMEOUT)
        self.status = self.process.returncode
        shutil.rmtree(self.dir)
        assert self.status in (0, 75), f'the catcher ended with {self.status}'

    def client(self, **how):
        return Client(self.port, **how)

    def ledger(self):
        with open(self.ledger_path) as file:
            return [line.rstrip('\n').split('\t') for line in file]

    def outcomes(self):
        return [row[6] for row in self.ledger()]

    def messages(self):
        return [open(path, 'rb').read() for path in sorted(glob.glob(self.out + '/*.eml'))]

    def envelopes(self):
        return [json.load(open(path)) for path in sorted(glob.glob(self.out + '/*.json'))]

    def trace(self):
        return open(self.dir + '/trace').read()


class Client:
    """A socket that reads replies and nothing else."""

    def __init__(self, port, greet=True, hello=True, tls=None):
        self.socket = socket.create_connection(('127.0.0.1', port), TIMEOUT)
        if tls:
            self.secure(tls)
        self.rest = b''
        if greet:
            self.greeting = self.reply()
            if hello:
                self.offers = self.ask('EHLO client.example')

    def secure(self, context):
        self.socket = context.wrap_socket(self.socket, server_hostname='localhost',
                                          suppress_ragged_eofs=False)
        self.rest = b''

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def reply(self):
        """One whole reply; None at the end of the stream."""
        lines = []
        while True:
            while b'\n' not in self.rest:
                more = self.socket.recv(65536)
                if not more:
                    return None
                self.rest += more
            line, self.rest = self.rest.split(b'\n', 1)
            assert line.endswith(b'\r'), line
            lines.append(line[:-1].decode())
            if line[3:4] != b'-':
                return '\n'.join(lines)

    def replies(self, count):
        return [self.reply() for _ in range(count)]

    def ask(self, line):
        self.send(line + '\r\n')
        return self.reply()

    def everything(self):
        data = self.rest
        while True:
            more = self.socket.recv(65536)
            if not more:
                return data
            data += more

    def deliver(self, body='Message-ID: <1@t>\r\n\r\nhello\r\n', to=('b@reader.example',)):
        """A whole message, one command at a time; the final reply."""
        check(self.ask('MAIL FROM:<a@sender.example>'), '250')
        for address in to:
            check(self.ask(f'RCPT TO:<{address}>'), '250')
        check(self.ask('DATA'), '354')
        self.send((body if isinstance(body, bytes) else body.encode()) + b'.\r\n')
        return self.reply()


def check(reply, start):
    assert reply is not None and reply.startswith(start), f'{reply!r} should begin with {start!r}'


def same(found, wanted):
    assert found == wanted, f'{found!r} should be {wanted!r}'


ENVELOPE = 'MAIL FROM:<a@sender.example>\r\nRCPT TO:<b@reader.example>\r\n'


def bdat(body, words=' LAST'):
    return f'BDAT {len(body)}{words}\r\n{body}'


# ---- dialogue

@story('a message goes from greeting to goodbye, and is kept byte for byte with its envelope')
def _():
    with Catcher('--smtputf8') as catcher:
        client = catcher.client()
        check(client.greeting, '220 ')
        for word in ('PIPELINING', 'SIZE 10485760', '8BITMIME', 'CHUNKING', 'SMTPUTF8',
                     'ENHANCEDSTATUSCODES'):
            assert re.search(f'^250[- ]{word}$', client.offers, re.M), (word, client.offers)
        assert 'STARTTLS' not in client.offers and 'AUTH' not in client.offers
        check(client.ask('MAIL FROM:<a@sender.example> SIZE=30 BODY=8BITMIME'), '250')
        check(client.ask('RCPT TO:<b@reader.example>'), '250')
        check(client.ask(r'RCPT TO:<"odd > \" one"@reader.example>'), '250')
        check(client.ask('DATA'), '354')
        body = b'Message-Id:\r\n <folded@t>\r\n\r\n\xc3\xa1\r\n'
        client.send(body + b'.\r\n')
        check(client.reply(), '250')
        check(client.ask('QUIT'), '221')
        same(client.everything(), b'')
        same(catcher.messages(), [body])
        [envelope] = catcher.envelopes()
        same(envelope['from'], 'a@sender.example')
        same(envelope['to'], ['b@reader.example', r'"odd > \" one"@reader.example'])
        same(envelope['params'], {'mail': 'SIZE=30 BODY=8BITMIME', 'rcpt': ['', '']})
        same((envelope['helo'], envelope['tls'], envelope['auth']), ('client.example', False, None))
        same(envelope['bytes'], len(body))
        assert abs(envelope['received_ms'] - time.time() * 1000) < 60000
        [row] = catcher.ledger()
        same(row[1:], ['1', '<folded@t>', 'a@sender.example',
                       r'b@reader.example,"odd > \" one"@reader.example', str(len(body)), 'accepted'])
    same(catcher.last_words,
         f'1 accepted, 0 swallowed, 0 refused, 1 connections, {len(body)} bytes\n')


@story('commands out of order, broken or unknown are refused, and the connection lives')
def _():
    rows = [
        ('MAIL FROM:<a@sender.example>', '503'), ('EHLO', '501'), ('FROB', '500'),
        ('EHLO client.example', '250'), ('RCPT TO:<b@reader.example>', '503'), ('DATA', '503'),
        ('MAIL FROM: <a@sender.example>', '501'), ('MAIL FROM:a@sender.example', '501'),
        ('MAIL FROM:<a b@sender.example>', '501'), ('MAIL FROM:<nobody>', '501'),
        ('MAIL FROM:<a@sender.example> FROB=1', '555'), ('MAIL FROM:<a@sender.example> SMTPUTF8', '555'),
        ('MAIL FROM:<a@sender.example> SIZE=99999999', '552'), ('MAIL FROM:<a\tb@sender.example>', '501'),
        ('MAIL FROM:<á@sender.example>', '553'), ('MAIL FROM:<>', '250'),
        ('MAIL FROM:<a@sender.example>', '503'), ('DATA', '554'), ('RCPT TO:<>', '501'),
        ('RCPT TO:<b@reader.example> NOTIFY=NEVER', '555'), ('RCPT TO:<postmaster>', '250'),
        ('RSET', '250'), ('DATA', '503'), ('NOOP', '250'), ('VRFY someone', '252'),
        ('STARTTLS', '502'), ('AUTH PLAIN x', '502'), ('HELO client.example', '250'), ('QUIT', '221'),
    ]
    with Catcher() as catcher:
        client = catcher.client(hello=False)
        for command, code in rows:
            reply = client.ask(command)
            assert reply is not None and reply.startswith(code), (command, reply, code)


@story('a refused message costs nothing but itself')
def _():
    with Catcher('--size', '1000') as catcher:
        client = catcher.client()
        check(client.deliver('x' * 998 + '\r\n\r\n'), '552 5.3.4')
        check(client.deliver('x' * 996 + '\r\n'), '250')
        same(catcher.outcomes(), ['refused:552', 'accepted'])
        same([len(message) for message in catcher.messages()], [998])


@story('a line too long is refused once, and the next is heard')
def _():
    with Catcher() as catcher:
        client = catcher.client()
        check(client.ask('NOOP ' + 'x' * 300000), '500')
        check(client.ask('NOOP'), '250')


@story('the numbering of messages goes on where the last run ended')
def _():
    with Catcher() as first:
        check(first.client().deliver(), '250')
        with Catcher('--out', first.out) as second:
            check(second.client().deliver(), '250')
        same(sorted(os.listdir(first.out)),
             ['000001.eml', '000001.json', '000002.eml', '000002.json'])


@story('a folder that cannot be written means 451, not a lost message')
def _():
    with Catcher() as catcher:
        client = catcher.client()
        os.rmdir(catcher.out)
        check(client.deliver(), '451')
        same(catcher.outcomes(), ['refused:451'])


# ---- pipelining, BDAT, dots

@story('a hundred transactions in one write are answered in order')
def _():
    with Catcher() as catcher:
        client = catcher.client()
        one = ENVELOPE + 'DATA\r\n'
        client.send(one)
        for number in range(100):
            check(client.replies(3)[2], '354')
            client.send(f'Message-ID: <{number}@t>\r\n\r\nx\r\n.\r\n' + (one if number < 99 else ''))
            check(client.reply(), '250')
        same([row[2] for row in catcher.ledger()], [f'<{number}@t>' for number in range(100)])


@story('a body that comes a byte at a time is the same body')
def _():
    body = b'A: b\r\n\r\n.dot\r\n..\r\nx.\r\n\r\n.\rx\r\n' .replace(b'.\rx', b'.x')
    stuffed = re.sub(rb'(?m)^\.', b'..', body)
    with Catcher() as catcher:
        client = catcher.client()
        client.send(ENVELOPE + 'DATA\r\n')
        client.replies(3)
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in stuffed + b'.\r\n':
            client.send(bytes([byte]))
            time.sleep(0.0005)
        check(client.reply(), '250')
        same(catcher.messages(), [body])


@story('dots are unstuffed wherever they fall in a block')
def _():
    with Catcher() as catcher:
        client = catcher.client()
        bodies = []
        for shift in range(0, 140, 3):
            body = b'X: ' + b'y' * shift + b'\r\n\r\n' + b'.a\r\n.\r\n..\r\n' * 3 + b'.b' * 40 + b'\r\n'
            bodies.append(body)
            check(client.deliver(re.sub(rb'(?m)^\.', b'..', body)), '250')
        same(catcher.messages(), bodies)


@story('BDAT takes a pipeline of any depth, in chunks or whole, and leaves dots alone')
def _():
    bodies = [f'Message-ID: <{number}@t>\r\n\r\n.\r\n..two\r\n' + 'z' * number + '\r\n'
              for number in range(200)]
    with Catcher() as catcher:
        client = catcher.client()
        client.send(''.join(ENVELOPE + bdat(body[:20], '') + bdat(body[20:]) for body in bodies))
        for reply in client.replies(4 * 200):
            check(reply, '250')
        same(catcher.messages(), [body.encode() for body in bodies])
        same(catcher.outcomes(), ['accepted'] * 200)
        client.send(ENVELOPE + bdat('A: b\r\n\r\n', '') + 'BDAT 0 LAST\r\n')
        for reply in client.replies(4):
            check(reply, '250')


@story('a chunk without a recipient is skipped to its end, and the next transaction is heard')
def _():
    with Catcher(script='rcpt to=gone@* reply "550 5.1.1 unknown"') as catcher:
        client = catcher.client()
        client.send(ENVELOPE.replace('b@', 'gone@') + bdat('A: b\r\n\r\nQUIT\r\n') +
                    bdat('RSET\r\n') + ENVELOPE + bdat('A: b\r\n\r\nx\r\n'))
        codes = [reply[:3] for reply in client.replies(7)]
        same(codes, ['250', '550', '554', '503', '250', '250', '250'])
        same(catcher.outcomes(), ['accepted'])


@story('a BDAT whose size cannot be read ends the connection, for nobody knows what is a command then')
def _():
    for size in ('x', '', '-1', '1 LAST LAST', '99999999999999999999'):
        with Catcher() as catcher:
            client = catcher.client()
            client.send(ENVELOPE + f'BDAT {size}\r\n')
            check(client.replies(3)[2], '501')
            same(client.everything(), b'')


@story('DATA and BDAT do not mix in one message')
def _():
    with Catcher() as catcher:
        client = catcher.client()
        client.send(ENVELOPE + bdat('A: b\r\n\r\n', ''))
        check(client.replies(3)[2], '250')
        check(client.ask('RCPT TO:<c@reader.example>'), '503')
        check(client.ask('DATA'), '503')
        client.send(bdat('x\r\n'))
        check(client.reply(), '250')


@story('who pipelines where it is not offered, or behind DATA, is shown the door')
def _():
    with Catcher('--no-pipelining', '--no-chunking', '--no-8bitmime') as catcher:
        client = catcher.client()
        for word in ('PIPELINING', 'CHUNKING', '8BITMIME'):
            assert word not in client.offers
        check(client.deliver(), '250')
        check(client.ask('MAIL FROM:<a@sender.example> BODY=8BITMIME'), '555')
        client.send(ENVELOPE)
        check(client.reply(), '503 5.5.0')
        same(client.everything(), b'')
        client = catcher.client()
        client.send('BDAT 5 LAST\r\nhello')
        check(client.reply(), '502')
        same(client.everything(), b'')
    with Catcher() as catcher:
        client = catcher.client()
        client.send(ENVELOPE + 'DATA\r\nA: b\r\n\r\nx\r\n.\r\n')
        check(client.replies(3)[2], '503')
        same(catcher.outcomes(), [])


# ---- strictness

@story('a bare LF never ends the data, and the message is refused: nothing is smuggled')
def _():
    endings = [b'\n.\n', b'\n.\r\n', b'\r\n.\n', b'\r.\r\n', b'\r\n.\r', b'\n\n.\n\n', b'\r.\r']
    smuggled = b'MAIL FROM:<evil@sender.example>\r\nRCPT TO:<c@reader.example>\r\nDATA\r\nforged\r\n'
    with Catcher() as catcher:
        client = catcher.client()
        for ending in endings:
            for pad in (0, 50, 61, 62, 63, 64, 65):
                check(client.ask('MAIL FROM:<a@sender.example>'), '250')
                check(client.ask('RCPT TO:<b@reader.example>'), '250')
                check(client.ask('DATA'), '354')
                client.send(b'x' * pad + ending + smuggled + b'\r\n.\r\n')
                check(client.reply(), '550 5.5.2')
                check(client.ask('NOOP'), '250')
        same(set(catcher.outcomes()), {'refused:550'})
        same(catcher.messages(), [])


@story('a bare CR or LF in a chunk is refused too')
def _():
    with Catcher() as catcher:
        client = catcher.client()
        for body in ('A: b\n\r\nx\r\n', 'A: b\r\n\rx\r\n', 'A: b\r\n\r\nx\r'):
            client.send(ENVELOPE + bdat(body[:7], '') + bdat(body[7:]))
            check(client.replies(4)[3], '550 5.5.2')


@story('a command line with a bare LF, a bare CR or a NUL is error 500')
def _():
    with Catcher() as catcher:
        client = catcher.client()
        for line in (b'NOOP\n', b'NOOP\rRSET\r\n', b'NO\0OP\r\n', b'\n'):
            client.send(line)
            check(client.reply(), '500 5.5.2')
        check(client.ask('NOOP'), '250')


# ---- ledger

@story('the ledger has its line before the 250 arrives, also in the fast mode')
def _():
    for options in ((), ('--count-only',)):
        with Catcher(*options) as catcher:
            client = catcher.client()
            for number in range(1, 101):
                client.send(ENVELOPE + bdat(f'Message-ID: <{number}@t>\r\n\r\nx\r\n'))
                check(client.replies(3)[2], '250')
                same(len(catcher.ledger()), number)


@story('the fast mode counts and notes just as the slow one does')
def _():
    with Catcher('--count-only', '--threads', '2') as catcher:
        clients = [catcher.client() for _ in range(8)]
        for client in clients:
            client.send((ENVELOPE + bdat('A: b\r\nMESSAGE-ID: <x@t>\r\n\r\nBody\r\n' + 'y' * 20000)) * 20)
        for client in clients:
            for reply in client.replies(60):
                check(reply, '250')
            check(client.deliver('Message-ID: <d@t>\r\n\r\n' + 'x\r\n..\r\n' * 5000), '250')
        rows = catcher.ledger()
        same(len(rows), 168)
        same({row[2] for row in rows}, {'<x@t>', '<d@t>'})
        same({row[5] for row in rows}, {'20033', str(21 + 6 * 5000)})


@story('a message without a Message-ID has a dash for it, and an empty sender is <>')
def _():
    with Catcher() as catcher:
        client = catcher.client()
        check(client.ask('MAIL FROM:<>'), '250')
        check(client.ask('RCPT TO:<b@reader.example>'), '250')
        check(client.ask('DATA'), '354')
        check(client.ask('Subject: x\r\n\r\nMessage-ID: <body@t>\r\n.'), '250')
        same(catcher.ledger()[0][2:4], ['-', '<>'])


# ---- script

@story('the first rule that fits acts, by connection, address and count')
def _():
    script = '''
        # what goes wrong
        conn 1: greeting reply "421 4.3.2 busy" close
        conn 2-3: mail nth=2 reply "451 4.3.0 not now"
        conn *: rcpt to=full@* reply "452 4.2.2 mailbox full"
        rcpt to=*@reader.example from=a@* times=1 reply "550 5.1.1 unknown"
        conn %4: vrfy,noop reply "502 no"
        conn 4+: rset reply "250-two\\r\\n250 \\"lines\\""
    '''
    with Catcher(script=script) as catcher:
        client = catcher.client(hello=False)
        same(client.greeting, '421 4.3.2 busy')
        same(client.everything(), b'')
        client = catcher.client()
        check(client.ask('MAIL FROM:<a@sender.example>'), '250')
        same(client.ask('RCPT TO:<FULL@reader.example>'), '452 4.2.2 mailbox full')
        check(client.ask('RCPT TO:<b@reader.example>'), '550')
        check(client.ask('RCPT TO:<b@reader.example>'), '250')
        check(client.ask('RSET'), '250')
        check(client.ask('MAIL FROM:<a@sender.example>'), '451')
        check(client.ask('DATA'), '503')
        check(client.ask('MAIL FROM:<a@sender.example>'), '250')
        check(catcher.client().ask('NOOP'), '250')
        client = catcher.client()
        check(client.ask('NOOP'), '502')
        same(client.ask('RSET'), '250-two\n250 "lines"')


@story('a swallowed message is in the ledger as such, and its sender hears nothing')
def _():
    script = 'conn 1: end message=2 swallow\nconn 2: end swallow hang\nconn 3: data-end swallow reset'
    with Catcher(script=script) as catcher:
        client = catcher.client()
        check(client.deliver(), '250')
        same(client.deliver(), None)
        client = catcher.client()
        client.send(ENVELOPE + bdat('A: b\r\n\r\n'))
        client.replies(2)
        client.socket.settimeout(0.2)
        try:
            raise AssertionError(client.reply())
        except socket.timeout:
            pass
        client = catcher.client()
        try:
            raise AssertionError(client.deliver())
        except ConnectionResetError:
            pass
        same(catcher.outcomes(), ['accepted', 'swallowed', 'swallowed', 'swallowed'])
        same(len(catcher.messages()), 4)


@story('half a reply, a dropped and a reset connection look as they should')
def _():
    script = '''conn 1: end half-reply
                conn 2: end drop
                conn 3: mail reset
                conn 4: rcpt reply "421 4.7.0 bye" drop
                conn 5: quit drop
                conn 6: end reply "250 2.0.0 taken" drop'''
    with Catcher(script=script) as catcher:
        client = catcher.client()
        client.send(ENVELOPE + bdat('A: b\r\n\r\n'))
        client.replies(2)
        same(client.everything(), b'250 2.0.')
        same(catcher.client().deliver(), None)
        try:
            raise AssertionError(catcher.client().ask('MAIL FROM:<a@sender.example>'))
        except ConnectionResetError:
            pass
        client = catcher.client()
        client.send(ENVELOPE)
        same(client.everything().split(b'\r\n')[1:], [b'421 4.7.0 bye', b''])
        same(catcher.client().ask('QUIT'), None)
        client = catcher.client()
        check(client.deliver(), '250')
        same(client.everything(), b'')
        same(catcher.outcomes(), ['swallowed', 'accepted'])


@story('delay and drip take their time, and what was said before them does not wait')
def _():
    with Catcher(script='rcpt delay 400\nrset drip 20\nnoop reply "250 ok" drip 1') as catcher:
        client = catcher.client()
        start = time.monotonic()
        client.send(ENVELOPE + 'DATA\r\n')
        check(client.reply(), '250')
        assert time.monotonic() - start < 0.3
        check(client.reply(), '250')
        assert time.monotonic() - start >= 0.399
        check(client.reply(), '354')
        check(client.ask('A: b\r\n\r\nx\r\n.'), '250')
        start = time.monotonic()
        check(client.ask('RSET'), '250 2.0.0 forgotten')
        assert time.monotonic() - start >= 20 * 0.020
        check(client.ask('NOOP'), '250 ok')
        check(client.ask('QUIT'), '221')


@story('an extra reply comes behind the usual one, and raw bytes as they are')
def _():
    script = 'noop extra-reply "250 nobody asked"\nvrfy raw "\\x00\\xff2 no code\\r\\n"'
    with Catcher(script=script) as catcher:
        client = catcher.client()
        client.send('NOOP\r\nRSET\r\n')
        same([reply[:10] for reply in client.replies(3)], ['250 2.0.0 ', '250 nobody', '250 2.0.0 '])
        client.send('VRFY x\r\nQUIT\r\n')
        same(client.everything(), b'\0\xff2 no code\r\n221 2.0.0 goodbye\r\n')


@story('a refused end is in the ledger with its code, and 354 without recipients can be had')
def _():
    script = 'rcpt reply "550 no"\ndata reply "354 go on then"\ndata-end nth=2 reply "554 5.7.1 spam"'
    with Catcher(script=script) as catcher:
        client = catcher.client()
        client.send(ENVELOPE + 'DATA\r\n')
        same([reply[:3] for reply in client.replies(3)], ['250', '550', '354'])
        check(client.ask('.'), '554 5.5.1')
    with Catcher(script='data-end nth=2 reply "554 5.7.1 spam"') as catcher:
        client = catcher.client()
        same([client.deliver()[:9] for _ in range(3)], ['250 2.0.0', '554 5.7.1', '250 2.0.0'])
        same(catcher.outcomes(), ['accepted', 'refused:554', 'accepted'])


@story('a chance falls alike for the same seed, differently for another, and about as often as it says')
def _():
    def run(seed):
        with Catcher('--seed', seed, script='noop p=0.25 reply "400 no"') as catcher:
            client = catcher.client()
            client.send('NOOP\r\n' * 1000)
            return [reply[:3] for reply in client.replies(1000)]
    first = run('7')
    same(run('7'), first)
    assert run('8') != first
    assert 180 < first.count('400') < 320, first.count('400')


@story('a capability can be missing on some connections')
def _():
    with Catcher(script='conn 2: ehlo without CHUNKING without PIPELINING') as catcher:
        assert 'CHUNKING' in catcher.client().offers
        client = catcher.client()
        assert 'CHUNKING' not in client.offers and 'PIPELINING' not in client.offers
        client.send('NOOP\r\nNOOP\r\n')
        check(client.reply(), '503')


@story('a mistake in a script names its file and line')
def _():
    rows = [('rcpt', 'without an action'), ('conn 1: frob drop', 'unknown event: frob'),
            ('rcpt reply 250', 'string in quotes'), ('rcpt reply "250', 'closing quote'),
            ('rcpt p=2 drop', 'from 0 to 1'), ('rcpt swallow', 'can swallow'),
            ('rcpt explode', 'unknown condition or action: explode'), ('conn x: rcpt drop', 'not a number'),
            ('rcpt reply "\\q"', 'unknown escape'), ('mail without SIZE', 'only ehlo')]
    for rule, words in rows:
        with tempfile.NamedTemporaryFile('w', suffix='.script') as file:
            file.write('# one\n' + rule + '\n')
            file.flush()
            run = subprocess.run([PROGRAM, '--script', file.name, '--max-seconds', '5'],
                                 capture_output=True, text=True)
            same(run.returncode, 65)
            assert f'{file.name}:2: ' in run.stderr and words in run.stderr, run.stderr


# ---- TLS and AUTH

def certificates():
    if not hasattr(certificates, 'dir'):
        certificates.dir = tempfile.mkdtemp(prefix='catcher-certs-')
        subprocess.run([HERE + '/certs.sh', certificates.dir], check=True, stderr=subprocess.DEVNULL)
    return certificates.dir


def pair(name):
    return [f'{certificates()}/{name}.pem', f'{certificates()}/{name}.key']


def trust():
    """Trusts our CA, and takes a stream that ends without close_notify for an error."""
    context = ssl.create_default_context(cafile=certificates() + '/ca.pem')
    context.options &= ~getattr(ssl, 'OP_IGNORE_UNEXPECTED_EOF', 0)
    return context


@story('STARTTLS secures the rest, and forgets what was said before')
def _():
    with Catcher('--starttls', *pair('good')) as catcher:
        client = catcher.client()
        assert 'STARTTLS' in client.offers
        check(client.ask('MAIL FROM:<a@sender.example>'), '250')
        check(client.ask('STARTTLS'), '220')
        client.secure(trust())
        check(client.ask('MAIL FROM:<a@sender.example>'), '503')
        assert 'STARTTLS' not in client.ask('EHLO client.example')
        check(client.ask('STARTTLS'), '502')
        big = 'A: b\r\n\r\n' + ('y' * 70 + '\r\n') * 20000
        client.send(ENVELOPE + bdat(big) + ENVELOPE + bdat(big))
        for reply in client.replies(6):
            check(reply, '250')
        check(client.ask('QUIT'), '221')
        same(client.everything(), b'')
        same([envelope['tls'] for envelope in catcher.envelopes()], [True, True])
        same(catcher.messages(), [big.encode()] * 2)


@story('no byte stays behind in the TLS library, whatever the sizes of records and batches')
def _():
    with Catcher('--implicit-tls', *pair('good'), script='mail delay 300') as catcher:
        client = catcher.client(tls=trust())
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_000_000)
        body = 'A: b\r\n\r\n' + ('y' * 78 + '\r\n') * 10000
        message = (ENVELOPE + bdat(body)).encode()
        client.send(message[:30])
        for start in range(30, len(message), 15001):
            client.send(message[start:start + 15001])
        for reply in client.replies(3):
            check(reply, '250')
        same(catcher.messages(), [body.encode()])


@story('commands injected behind STARTTLS are never heard')
def _():
    with Catcher('--starttls', *pair('good')) as catcher:
        client = catcher.client()
        client.send('STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@sender.example>\r\n')
        check(client.reply(), '220')
        client.secure(trust())
        check(client.ask('NOOP'), '250')
        check(client.ask('RCPT TO:<b@reader.example>'), '503')
        assert 'evil' not in catcher.trace()


@story('TLS from the first byte works, with all certificates good and bad')
def _():
    for name, fault in (('good', None), ('wrong', 'mismatch'), ('expired', 'expired'),
                        ('stranger', 'unable to get local issuer')):
        with Catcher('--implicit-tls', *pair(name)) as catcher:
            try:
                client = catcher.client(tls=trust())
                check(client.deliver(), '250')
                assert fault is None, name
            except ssl.SSLCertVerificationError as error:
                assert fault is not None and fault in str(error), error


@story('TLS faults: stripped, injected and truncated')
def _():
    with Catcher('--starttls', *pair('good'), '--tls-fault', 'strip-starttls') as catcher:
        client = catcher.client()
        assert 'STARTTLS' not in client.offers
        check(client.ask('STARTTLS'), '502')
    with Catcher('--starttls', *pair('good'), '--tls-fault', 'inject') as catcher:
        client = catcher.client()
        client.send('STARTTLS\r\n')
        check(client.reply(), '220')
        same(client.reply(), '250 2.0.0 injected')
        client.secure(trust())
        check(client.ask('NOOP'), '250')
    with Catcher('--implicit-tls', *pair('good'), '--tls-fault', 'truncate') as catcher:
        client = catcher.client(tls=trust())
        client.send(ENVELOPE + bdat('A: b\r\n\r\n'))
        client.replies(2)
        try:
            raise AssertionError(client.everything())
        except ssl.SSLEOFError:
            pass
        same(catcher.outcomes(), ['swallowed'])


def coded(text):
    return base64.b64encode(text.encode()).decode()


@story('AUTH knows PLAIN and LOGIN, with and without an initial response')
def _():
    with Catcher('--auth', 'anna:pass:word', '--require-auth') as catcher:
        for lines in ([f'AUTH PLAIN {coded(chr(0) + "anna" + chr(0) + "pass:word")}'],
                      ['AUTH plain', coded('anna\0anna\0pass:word')],
                      ['AUTH LOGIN', coded('anna'), coded('pass:word')],
                      ['auth login ' + coded('anna'), coded('pass:word')]):
            client = catcher.client()
            assert 'AUTH PLAIN LOGIN' in client.offers
            check(client.ask('MAIL FROM:<a@sender.example>'), '530')
            for line in lines[:-1]:
                check(client.ask(line), '334')
            check(client.ask(lines[-1]), '235')
            check(client.ask(lines[0]), '503')
            check(client.deliver(), '250')
        for lines in ([f'AUTH PLAIN {coded(chr(0) + "anna" + chr(0) + "wrong")}'], ['AUTH PLAIN', 'AAAA'],
                      ['AUTH LOGIN', coded('otto'), coded('pass:word')], ['AUTH LOGIN', '=', '=']):
            client = catcher.client()
            replies = [client.ask(line) for line in lines]
            check(replies[-1], '535 5.7.8')
            check(client.ask('MAIL FROM:<a@sender.example>'), '530')
        for line, code in (('AUTH CRAM-MD5', '504'), ('AUTH PLAIN !', '501'), ('AUTH LOGIN', '334'), ('*', '501')):
            check(client.ask(line), code)
        same({envelope['auth'] for envelope in catcher.envelopes()}, {'anna'})
        assert coded('pass:word') not in catcher.trace() and 'AUTH' in catcher.trace()


# ---- the program

@story('--delay answers what was read together after one round trip, however much is on the way')
def _():
    with Catcher('--delay', '50') as catcher:
        start = time.monotonic()
        client = catcher.client(hello=False)
        client.ask('EHLO client.example')
        assert time.monotonic() - start >= 0.1
        start = time.monotonic()
        for number in range(4):
            client.send(ENVELOPE + bdat('A: b\r\n\r\nx\r\n'))
            time.sleep(0.01)
        client.replies(12)
        assert 0.075 < time.monotonic() - start < 0.19, time.monotonic() - start


@story('--exit-after ends it once the messages are taken and answered')
def _():
    with Catcher('--exit-after', '3') as catcher:
        client = catcher.client()
        for _ in range(3):
            check(client.deliver(), '250')
        check(client.ask('QUIT'), '221')
        catcher.process.wait(TIMEOUT)
        same(catcher.process.returncode, 0)


@story('--max-seconds ends it in any case, with 75 when messages are missing')
def _():
    for options, status in (((), 0), (('--exit-after', '3'), 75)):
        with Catcher(*options, '--max-seconds', '1') as catcher:
            catcher.client()
            catcher.process.wait(TIMEOUT)
            same(catcher.process.returncode, status)


@story('it listens on loopback only, and says what is wrong with its options')
def _():
    for words, status in ((['--listen', '0.0.0.0:0'], 64), (['--listen', '192.0.2.1:25'], 64),
                          (['--listen', '[::]:0'], 64), (['--frob'], 64), (['--size'], 64),
                          (['--size', '1x'], 64), (['--script', '/nonexistent'], 66),
                          (['--starttls', '/nonexistent', '/nonexistent'], 66), (['--require-auth'], 64),
                          (['--count-only', '--out', '/tmp/x'], 64), (['--ledger', '/nonexistent/x'], 73)):
        run = subprocess.run([PROGRAM, *words, '--max-seconds', '5'], capture_output=True, text=True)
        same((words, run.returncode), (words, status))
        assert run.stderr.startswith('catcher: '), run.stderr
    help_text = subprocess.run([PROGRAM, '--help'], capture_output=True, text=True).stdout
    for word in ('--listen', '--script', 'half-reply', 'data-end'):
        assert word in help_text


@story('a client that goes away in the midst of a message leaves no trace of it')
def _():
    with Catcher() as catcher:
        for end in ('close', 'reset'):
            client = catcher.client()
            client.send(ENVELOPE + 'DATA\r\n')
            client.replies(3)
            client.send('A: b\r\n\r\nhalf')
            if end == 'reset':
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            client.socket.close()
        check(catcher.client().deliver(), '250')
        same(catcher.outcomes(), ['accepted'])


@story('a client that never reads is not read either, and costs no memory')
def _():
    with Catcher() as catcher:
        client = catcher.client()
        client.socket.settimeout(1)
        sent = 0
        try:
            while sent < 60_000_000:
                sent += client.socket.send(b'NOOP\r\n' * 10000)
            raise AssertionError('it read on and on')
        except socket.timeout:
            pass
        check(catcher.client().ask('NOOP'), '250')


def main():
    passed = failed = 0
    wanted = ' '.join(sys.argv[2:])
    for sentence, function in STORIES:
        if wanted not in sentence:
            continue
        try:
            function()
            passed += 1
        except Exception as error:  # every story counts on its own
            failed += 1
            print(f'not so: {sentence}\n  {type(error).__name__}: {error}')
    if hasattr(certificates, 'dir'):
        shutil.rmtree(certificates.dir)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit('usage: test_catcher.py PATH-TO-CATCHER [WORDS]')
    PROGRAM = os.path.abspath(sys.argv[1])
    sys.exit(main())
