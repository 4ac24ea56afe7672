/* Escape bytes: what each byte is to the languages a mail is made of. */
#include "template/escape_bytes.h"

#include "base/banned.h"

enum {
    FREE = BYTE_STYLE,
    WORD = BYTE_UNRESERVED | BYTE_LINK | FREE,
    MARK = BYTE_BARE | BYTE_TAG,
    PART = MARK | BYTE_LINK,
    EVIL = MARK | BYTE_HTML | BYTE_ATTRIBUTE,
};

/* Tab and line ends are text; what else is below a space no parser of HTML agrees about. Bytes from
   128 on are parts of characters: harmless in HTML, encoded in links. */
const unsigned char escape_bytes[256] = {
    /* controls; tab, LF and CR are text */
    EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, MARK, MARK, EVIL, EVIL, MARK, EVIL, EVIL,
    /* controls */
    EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL, EVIL,
    /* space ! " # $ % & ' ( ) * + , - . / */
    MARK | FREE, PART, EVIL, PART | FREE, PART, MARK | FREE, EVIL, BYTE_ATTRIBUTE | MARK, PART,
    PART, PART, PART, PART | FREE, BYTE_TAG | WORD, BYTE_TAG | WORD, PART,
    /* 0-9 : ; < = > ? */
    WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, PART, PART, EVIL, PART, EVIL, PART,
    /* @ A-O */
    PART, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD,
    /* P-Z [ \ ] ^ _ */
    WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, PART, MARK, PART, MARK,
    BYTE_TAG | WORD,
    /* ` a-o */
    BYTE_ATTRIBUTE | MARK, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD,
    WORD, WORD, WORD,
    /* p-z { | } ~ DEL */
    WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, MARK, MARK, MARK,
    PART | BYTE_UNRESERVED, EVIL};
