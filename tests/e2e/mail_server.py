"""A mail server for tests, IMAPS or POP3S, that can be told to misbehave: to cut a connection at any byte of its
dialogue, to answer one command with anything, to fall silent. It keeps its mails from one connection to the next."""
import re
import socket
import ssl
import threading

from secrecy import PASSWORD

SILENCE = object()  # as an answer: none ever
DROP = object()  # as a piece of an answer: the connection ends here


class Cut(Exception):
    pass


class MailServer:
    """`mails` are bytes with LF. `cut` is the number of plain bytes, both ways together, after which the first connection
    ends. `answers` gives for a command ("LOGIN", "UID FETCH", "RETR", "" for the greeting) the bytes to say instead, a list
    with one for each time it is asked, or a function of its tag; None for the usual ones. `deleting` is asked before a mail is deleted."""

    def __init__(self, it, certs, protocol, mails=(), cut=None, answers=None, certificate="good", plain=False, before_tls=b"", uidl=True,
                 capabilities="IMAP4rev1 UIDPLUS", deleting=None):
        self.protocol, self.cut, self.plain, self.uidl = protocol, cut, plain, uidl
        self.answers = {word: given if callable(given) else list(given) for word, given in (answers or {}).items()}
        self.capabilities, self.deleting = capabilities, deleting
        self.mails = {number + 11: [mail, set()] for number, mail in enumerate(mails)}
        self.validity, self.connections, self.commands, self.moved = 77, 0, [], 0
        self.before_tls = before_tls
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certs / f"{certificate}.pem", certs / f"{certificate}.key")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.ended, self.silent = False, threading.Event()
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        if it is not None:
            it.stops.append(self.stop)

    def stop(self):
        self.ended = True
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.thread.join(5)

    def url(self, folder=""):
        return f"{self.protocol}://bounces@localhost:{self.port}{folder}"

    def serve(self):
        while not self.ended:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                self.talk(raw)
            except (Cut, OSError, ValueError):
                pass
            finally:
                raw.close()

    def talk(self, raw):
        raw.settimeout(30)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.left = self.cut if self.connections == 1 else None
        raw.sendall(self.before_tls)
        self.wire = raw if self.plain else self.context.wrap_socket(raw, server_side=True)
        self.inbox = b""
        try:
            self.imap() if self.protocol == "imaps" else self.pop3()
        except Cut:
            # Abruptly, as a line that breaks: without TLS's farewell.
            self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        finally:
            self.wire.close()

    # -- bytes
    def spend(self, count):
        """How many of `count` bytes may still pass."""
        self.moved += count
        if self.left is None:
            return count
        allowed = min(count, self.left)
        self.left -= allowed
        return allowed

    def say(self, answer):
        allowed = self.spend(len(answer))
        if allowed:
            self.wire.sendall(answer[:allowed])
        if allowed < len(answer):
            raise Cut

    def hear(self):
        while b"\n" not in self.inbox:
            got = self.wire.recv(65536)
            if not got:
                raise Cut
            if self.spend(len(got)) < len(got):
                raise Cut
            self.inbox += got
        line, _, self.inbox = self.inbox.partition(b"\n")
        return line.rstrip(b"\r").decode()

    def instead(self, word, tag=""):
        """True when the command was answered in another way."""
        given = self.answers.get(word)
        answer = given if callable(given) else given.pop(0) if given else None
        if callable(answer):
            answer = answer(tag)
        if answer is None:
            return False
        if answer is SILENCE:
            self.silent.set()
            while self.wire.recv(65536):
                pass
            raise Cut
        for piece in [answer] if isinstance(answer, bytes) else answer:
            if piece is DROP:
                raise Cut
            self.say(piece)
        return True

    # -- IMAP
    def imap(self):
        if not self.instead(""):
            self.say(b"* OK ready\r\n")
        while True:
            line = self.hear()
            tag, _, command = line.partition(" ")
            words = command.split(" ")
            word = " ".join(words[:2]) if words[0] == "UID" else words[0]
            self.commands.append(command)
            if self.instead(word, tag):
                continue
            doer = getattr(self, "imap_" + word.replace(" ", "_").lower())
            said = doer(words[len(word.split(" ")):])
            self.say(f"{tag} {said}\r\n".encode())
            if word == "LOGOUT":
                return

    def imap_login(self, words):
        return "OK in" if " ".join(words).endswith(f' "{PASSWORD}"') else "NO [AUTHENTICATIONFAILED] wrong user or password"

    def imap_capability(self, _):
        self.say(f"* CAPABILITY {self.capabilities}\r\n".encode())
        return "OK done"

    def imap_select(self, words):
        if words[0].strip('"') != "INBOX":
            return "NO [NONEXISTENT] no such folder"
        self.say(f"* FLAGS (\\Seen \\Deleted)\r\n* {len(self.mails)} EXISTS\r\n* 0 RECENT\r\n"
                 f"* OK [UIDVALIDITY {self.validity}] valid\r\n* OK [UIDNEXT 99] next\r\n".encode())
        return "OK [READ-WRITE] done"

    def imap_uid_search(self, words):
        first, _, last = words[0].partition(":")
        uids = list(self.mails)[int(first) - 1:int(last or first)]
        self.say(("* SEARCH" + "".join(f" {uid}" for uid in uids) + "\r\n").encode())
        return "OK done"

    def imap_uid_fetch(self, words):
        uid = int(words[0])
        if uid not in self.mails:
            return "OK nothing there"
        mail = self.mails[uid][0].replace(b"\n", b"\r\n")
        number = list(self.mails).index(uid) + 1
        asked = re.search(r"BODY\.PEEK\[\]<0\.(\d+)>", words[1])
        if asked is None:
            self.say(f"* {number} FETCH (UID {uid} RFC822.SIZE {len(mail)})\r\n".encode())
        else:
            part = mail[:int(asked.group(1))]
            self.say(f"* {number} FETCH (UID {uid} BODY[]<0> {{{len(part)}}}\r\n".encode() + part + b")\r\n")
        return "OK done"

    def uids(self, written):
        for part in written.split(","):
            first, _, last = part.partition(":")
            yield from (uid for uid in list(self.mails) if int(first) <= uid <= int(last or first))

    def imap_uid_store(self, words):
        flag = words[2].strip("()")
        for uid in self.uids(words[0]):
            if self.deleting and flag == "\\Deleted":
                self.deleting(f"{self.validity}.{uid}")
            self.mails[uid][1].add(flag)
        return "OK done"

    def imap_uid_expunge(self, words):
        for uid in list(self.uids(words[0])):
            if "\\Deleted" in self.mails[uid][1]:
                del self.mails[uid]
        return "OK done"

    def imap_logout(self, _):
        self.say(b"* BYE bye\r\n")
        return "OK done"

    # -- POP3
    def pop3(self):
        self.gone = set()
        if not self.instead(""):
            self.say(b"+OK ready\r\n")
        while True:
            line = self.hear()
            word, *words = line.split(" ")
            self.commands.append(line)
            if self.instead(word):
                continue
            self.say(getattr(self, "pop3_" + word.lower())(words))
            if word == "QUIT":
                return

    def pop3_user(self, _):
        return b"+OK\r\n"

    def pop3_pass(self, words):
        return b"+OK in\r\n" if " ".join(words) == PASSWORD else b"-ERR [AUTH] wrong user or password\r\n"

    def lines(self, of):
        return "".join(f"{number + 1} {of(uid)}\r\n" for number, uid in enumerate(self.mails)).encode()

    def pop3_list(self, _):
        return b"+OK\r\n" + self.lines(lambda uid: len(self.mails[uid][0].replace(b"\n", b"\r\n"))) + b".\r\n"

    def pop3_uidl(self, _):
        return b"+OK\r\n" + self.lines(lambda uid: f"uid-{uid}") + b".\r\n" if self.uidl else b"-ERR unknown\r\n"

    def uid_of(self, number):
        return list(self.mails)[int(number) - 1]

    def body(self, mail, lines=None):
        pieces = mail.rstrip(b"\n").split(b"\n")[:lines]
        return b"+OK\r\n" + b"".join((b"." + p if p.startswith(b".") else p) + b"\r\n" for p in pieces) + b".\r\n"

    def pop3_retr(self, words):
        return self.body(self.mails[self.uid_of(words[0])][0])

    def pop3_top(self, words):
        return self.body(self.mails[self.uid_of(words[0])][0], int(words[1]))

    def pop3_dele(self, words):
        self.gone.add(self.uid_of(words[0]))
        return b"+OK\r\n"

    def pop3_quit(self, _):
        for uid in self.gone:
            if self.deleting:
                self.deleting(f"uid-{uid}")
            del self.mails[uid]
        return b"+OK bye\r\n"

