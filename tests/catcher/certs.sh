#!/bin/sh
# Certificates for tests: a CA, a good one for localhost, one for another name, one that has expired.
# certs.sh DIR makes ca.pem, good.pem/.key, wrong.pem/.key, expired.pem/.key, stranger.pem/.key (of a CA nobody trusts).
# Wants openssl (Debian package openssl).
set -eu
[ $# -eq 1 ] || { echo "usage: certs.sh DIR" >&2; exit 64; }
command -v openssl > /dev/null || { echo "certs.sh: openssl is missing: apt install openssl" >&2; exit 69; }
mkdir -p "$1"
cd "$1"

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; chmod 600 "$1"; }

authority() { # name, subject
    key "$1.key"
    openssl req -x509 -new -key "$1.key" -out "$1.pem" -days 3650 -subj "/CN=$2" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}

# openssl x509 knows days, but no start in the past; openssl ca does.
signed() { # name, subjectAltName, start, end, authority
    key "$1.key"
    openssl req -new -key "$1.key" -out "$1.csr" -subj "/CN=$1"
    cat > "$1.conf" << CONF
[ca]
default_ca = here
[here]
database = $1.index
serial = $1.serial
new_certs_dir = .
default_md = sha256
policy = any
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = $2
CONF
    : > "$1.index"
    openssl rand -hex 8 > "$1.serial"
    openssl ca -batch -notext -config "$1.conf" -cert "$5.pem" -keyfile "$5.key" -in "$1.csr" \
        -out "$1.pem" -startdate "$3" -enddate "$4" 2> "$1.log" || { cat "$1.log" >&2; exit 70; }
    rm -f "$1.conf" "$1.csr" "$1.log" "$1".index* "$1".serial* ./????????????????.pem
}

authority ca "Catcher test authority"
authority stranger-ca "An authority nobody trusts"
here=DNS:localhost,IP:127.0.0.1,IP:0:0:0:0:0:0:0:1
signed good "$here" 20200101000000Z 20491231000000Z ca
signed wrong DNS:elsewhere.example 20200101000000Z 20491231000000Z ca
signed expired "$here" 20200101000000Z 20200201000000Z ca
signed stranger "$here" 20200101000000Z 20491231000000Z stranger-ca
rm -f stranger-ca.key stranger-ca.pem
