"""A real Dovecot of our own on loopback, that serves one Maildir over IMAPS and POP3S."""
import os
import pwd
import subprocess

from postfix import answers
from secrecy import PASSWORD
from story import Broken, Skipped, free_port, wait_for

CONF = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap pop3
listen = 127.0.0.1
ssl = required
ssl_cert = <{certs}/{certificate}.pem
ssl_key = <{certs}/{certificate}.key
first_valid_uid = 1
mail_location = maildir:{maildir}
mail_fsync = never
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
auth_failure_delay = 0
service imap-login {{
  inet_listener imap {{
    port = 0
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = 0
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""


class Dovecot:
    """Serves `maildir`, whose folders new, cur and tmp are made when they are missing, to `user`."""

    def __init__(self, it, certs, maildir, user="bounces@mail.example", password=PASSWORD, certificate="good"):
        if os.geteuid() != 0:
            raise Skipped("Dovecot needs root to start")
        for part in ("/usr/sbin/dovecot", "/usr/lib/dovecot/imap-login", "/usr/lib/dovecot/pop3-login"):
            if not os.path.exists(part):
                raise Skipped(f"{part} is not installed")
        self.folder, self.maildir = it.folder / f"dovecot-{len(it.stops)}", maildir
        self.user, self.imaps, self.pop3s = user, free_port(), free_port()
        account = pwd.getpwnam("nobody")
        self.folder.mkdir()
        (self.folder / "home").mkdir()
        for part in ("", "new", "cur", "tmp"):
            (maildir / part).mkdir(parents=True, exist_ok=True)
        for path in (maildir, *maildir.iterdir(), *maildir.glob("*/*"), self.folder / "home"):
            os.chown(path, account.pw_uid, account.pw_gid)
        # It drops privileges: every folder on the way must let others pass.
        for path in (it.folder, self.folder, certs):
            path.chmod(0o755)
        (self.folder / "users").write_text(f"{user}:{{PLAIN}}{password}\n")
        (self.folder / "dovecot.conf").write_text(CONF.format(
            folder=self.folder, certs=certs, certificate=certificate, maildir=maildir, imaps=self.imaps, pop3s=self.pop3s,
            uid=account.pw_uid, gid=account.pw_gid))
        process = subprocess.Popen(["dovecot", "-F", "-c", self.folder / "dovecot.conf"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        it.stops.append(lambda: (process.terminate(), process.wait(20)))
        if not wait_for(lambda: answers(self.imaps) and answers(self.pop3s)):
            raise Broken(f"Dovecot did not start: {self.log()[-2000:]}")

    def url(self, protocol, folder=""):
        user = self.user.replace("@", "%40")
        return f"{protocol}://{user}@localhost:{getattr(self, protocol)}{folder}"

    def log(self):
        path = self.folder / "dovecot.log"
        return path.read_text() if path.exists() else ""

    def mails(self):
        """The flags of each mail that is there."""
        return sorted(path.name.partition(":2,")[2] for part in ("new", "cur") for path in (self.maildir / part).iterdir())

