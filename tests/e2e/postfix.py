"""A real Postfix of our own on loopback, with Dovecot for SASL: its own configuration, queue, ports and mailboxes."""
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import time

from story import Broken, Skipped, free_port, wait_for

MAIN_CF = """
compatibility_level = 3.6
queue_directory = {folder}/spool
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
myhostname = mail.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
biff = no
virtual_mailbox_domains = texthash:{folder}/domains
virtual_mailbox_maps = texthash:{folder}/mailboxes
virtual_mailbox_base = {folder}/mail
recipient_delimiter = +
bounce_queue_lifetime = 1h
queue_run_delay = 2s
minimal_backoff_time = 2s
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
default_transport = error:5.1.2 this test sends nothing elsewhere
smtpd_client_connection_rate_limit = 0
smtpd_recipient_restrictions = {restrictions}
smtpd_reject_unlisted_recipient = {unlisted}
smtpd_tls_cert_file = {certs}/good.pem
smtpd_tls_key_file = {certs}/good.key
smtpd_tls_security_level = {tls}
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = {sasl}
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{sasl_port}
"""

MASTER_CF = """
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""

DOVECOT_CONF = """
base_dir = {folder}/dovecot
log_path = {folder}/dovecot.log
protocols =
ssl = no
default_internal_user = root
default_login_user = root
auth_mechanisms = plain login
disable_plaintext_auth = no
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}
}}
service auth {{
  user = root
  inet_listener {{
    address = 127.0.0.1
    port = {sasl_port}
  }}
}}
"""


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 1):
            return True
    except OSError:
        return False


class Postfix:
    """`addresses` have mailboxes; every other address at their domains is unknown: refused at RCPT, or with
    `bounces_later` accepted and then returned by a report of Postfix's own."""

    def __init__(self, it, addresses, certs, user=None, password=None, bounces_later=False):
        if os.geteuid() != 0:
            raise Skipped("Postfix needs root to start")
        if shutil.which("postfix", path="/usr/sbin:/usr/bin") is None:
            raise Skipped("Postfix is not installed")
        self.folder = it.folder / "postfix"
        self.folder.mkdir()
        # Postfix drops privileges: every folder on the way must let others pass.
        it.folder.chmod(0o755)
        self.folder.chmod(0o755)
        self.port, self.sasl_port = free_port(), free_port()
        account = pwd.getpwnam("nobody")
        values = {"folder": self.folder, "certs": certs, "port": self.port, "sasl_port": self.sasl_port,
                  "uid": account.pw_uid, "gid": account.pw_gid, "tls": "may",
                  "sasl": "yes" if user else "no", "unlisted": "no" if bounces_later else "yes",
                  "restrictions": "permit_sasl_authenticated, reject" if user else "permit_mynetworks, reject"}
        (self.folder / "config").mkdir()
        for name, text in (("main.cf", MAIN_CF), ("master.cf", MASTER_CF)):
            (self.folder / "config" / name).write_text(text.format(**values))
        (self.folder / "domains").write_text("".join(f"{d} x\n" for d in {a.rpartition("@")[2] for a in addresses}))
        (self.folder / "mailboxes").write_text("".join(f"{a} {a}/\n" for a in addresses))
        mail = self.folder / "mail"
        mail.mkdir()
        os.chown(mail, account.pw_uid, account.pw_gid)
        (self.folder / "data").mkdir()
        shutil.chown(self.folder / "data", "postfix")
        (self.folder / "spool").mkdir()
        if user:
            self.start_dovecot(it, values, user, password)
        self.command("check")
        self.command("start")
        it.stops.append(self.stop)
        if not wait_for(lambda: answers(self.port)):
            raise Broken(f"Postfix did not start: {self.log()[-2000:]}")
        self.url = f"smtp://localhost:{self.port}"

    def start_dovecot(self, it, values, user, password):
        if shutil.which("dovecot", path="/usr/sbin:/usr/bin") is None:
            raise Skipped("Dovecot is not installed")
        (self.folder / "dovecot").mkdir()
        (self.folder / "users").write_text(f"{user}:{{PLAIN}}{password}\n")
        (self.folder / "dovecot.conf").write_text(DOVECOT_CONF.format(**values))
        process = subprocess.Popen(["dovecot", "-F", "-c", self.folder / "dovecot.conf"], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        it.stops.append(lambda: (process.terminate(), process.wait(20)))
        if not wait_for(lambda: answers(self.sasl_port)):
            log = self.folder / "dovecot.log"
            raise Broken(f"Dovecot did not start: {log.read_text()[-2000:] if log.exists() else ''}")

    def command(self, word):
        done = subprocess.run(["/usr/sbin/postfix", "-c", self.folder / "config", word], capture_output=True, text=True)
        if done.returncode != 0 and word == "start":
            raise Broken(f"postfix {word}: {done.stderr[-2000:]}")

    def stop(self):
        self.command("abort")
        wait_for(lambda: not answers(self.port), 10)
        time.sleep(0.1)

    def log(self):
        path = self.folder / "postfix.log"
        return path.read_text() if path.exists() else ""

    def mailbox(self, address):
        folder = self.folder / "mail" / address / "new"
        return [path.read_bytes() for path in sorted(folder.glob("*"))] if folder.exists() else []

    def delivered(self):
        return {folder.name: len(list((folder / "new").glob("*"))) for folder in (self.folder / "mail").iterdir()}
