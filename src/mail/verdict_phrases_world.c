/*
 * Verdict phrases, the world: the same reasons in other languages than English.
 *
 * UTF-8. Only ASCII letters are folded, so an umlaut stands in lower case, and words that may begin
 * a sentence are rows of their own.
 */
#include "mail/verdict_tables.h"

#include "base/banned.h"

/* clang-format off */
#define GONE(words) {words, CLASS_BAD_MAILBOX, WEIGHT_CLEAR, SIGN_NONE}
#define INACTIVE(words) {words, CLASS_INACTIVE_MAILBOX, WEIGHT_SURE, SIGN_NONE}
#define FULL(words) {words, CLASS_MAILBOX_FULL, WEIGHT_SURE, SIGN_NONE}
#define BLOCK(words) {words, CLASS_POLICY_BLOCK, WEIGHT_SURE, SIGN_NONE}
#define BIG(words) {words, CLASS_MESSAGE_TOO_BIG, WEIGHT_SURE, SIGN_NONE}
#define DOMAIN_GONE(words) {words, CLASS_BAD_DOMAIN, WEIGHT_CLEAR, SIGN_NONE}
/* clang-format on */

static const struct verdict_phrase rows[] = {
    /* German */
    GONE("unbekannter empfänger"),
    GONE("empfänger unbekannt"),
    GONE("empfaenger unbekannt"),
    GONE("unbekannter empfaenger"),
    GONE("empfänger * existiert nicht"),
    GONE("adresse existiert nicht"),
    GONE("adresse * existiert nicht"),
    GONE("postfach existiert nicht"),
    GONE("benutzer unbekannt"),
    GONE("unbekannter benutzer"),
    GONE("kein solcher benutzer"),
    GONE("adresse * nicht gefunden"),
    FULL("postfach * voll"),
    FULL("postfach ist voll"),
    FULL("mailbox ist voll"),
    FULL("mailbox * voll"),
    FULL("speicherplatz * erschöpft"),
    INACTIVE("postfach * gesperrt"),
    INACTIVE("konto * deaktiviert"),
    DOMAIN_GONE("domain existiert nicht"),
    BIG("nachricht ist zu groß"),
    BIG("nachricht * zu groß"),
    /* French */
    GONE("utilisateur inconnu"),
    GONE("destinataire inconnu"),
    GONE("destinataire * inconnu"),
    GONE("destinataire invalide"), /* Orange */
    GONE("adresse inconnue"),
    GONE("adresse d au moins un destinataire"), /* Orange */
    GONE("adresse * existe pas"),
    GONE("compte inexistant"),
    GONE("boite inconnue"),
    FULL("boite pleine"),
    FULL("boîte pleine"),
    FULL("boite * pleine"),
    FULL("boîte * pleine"),
    FULL("quota dépassé"),
    FULL("quota depasse"),
    INACTIVE("compte * bloque"), /* La Poste */
    INACTIVE("compte * bloqué"),
    INACTIVE("compte * désactivé"),
    INACTIVE("compte * desactive"),
    BLOCK("service refuse"), /* La Poste */
    BLOCK("trop de connexions"),
    /* Spanish, Portuguese */
    GONE("usuario desconocido"),
    GONE("destinatario desconocido"),
    GONE("dirección * no existe"),
    GONE("direccion * no existe"),
    GONE("usuario * no existe"),
    GONE("usuario no encontrado"),
    GONE("cuenta * no existe"),
    GONE("buzón * no existe"),
    GONE("no se encontró la dirección"),
    GONE("usuario inexistente"),
    GONE("usuário inexistente"),
    GONE("usuário desconhecido"),
    GONE("usuario desconhecido"),
    GONE("usuário não encontrado"),
    GONE("usuario nao existe"),
    GONE("usuário não existe"),
    GONE("endereço * não existe"),
    GONE("conta inexistente"),
    FULL("buzón * lleno"),
    FULL("buzon * lleno"),
    FULL("bandeja * llena"),
    FULL("cuota excedida"),
    FULL("caixa * cheia"),
    FULL("quota excedida"),
    INACTIVE("cuenta * desactivada"),
    INACTIVE("cuenta * suspendida"),
    INACTIVE("conta * desativada"),
    /* Italian */
    GONE("utente sconosciuto"),
    GONE("utente non valido"),
    GONE("utente * inesistente"),
    GONE("utente inesistente"),
    GONE("destinatario sconosciuto"),
    GONE("destinatario non valido"),
    GONE("indirizzo * inesistente"),
    GONE("casella * inesistente"),
    GONE("casella inesistente"),
    FULL("casella * piena"),
    FULL("casella piena"),
    INACTIVE("casella * disabilitata"),
    INACTIVE("utente disabilitato"),
    INACTIVE("utente non attivo"),
    /* Dutch, Scandinavian, Polish, Czech */
    GONE("onbekende gebruiker"),
    GONE("gebruiker onbekend"),
    GONE("adres bestaat niet"),
    FULL("mailbox * vol"),
    GONE("okänd mottagare"),
    GONE("ukjent bruker"),
    GONE("nieznany użytkownik"),
    GONE("nie ma takiego"),
    FULL("skrzynka * przepełniona"),
    GONE("neznámý uživatel"),
    /* Russian */
    GONE("пользователь не найден"),
    GONE("Пользователь не найден"),
    GONE("нет такого пользователя"),
    GONE("Нет такого пользователя"),
    GONE("адрес не найден"),
    GONE("Адрес не найден"),
    GONE("почтовый ящик не существует"),
    FULL("ящик переполнен"),
    FULL("ящик * переполнен"),
    /* Chinese and Japanese: a blank after each character, for each is a word */
    GONE("用 户 不 存 在"),
    GONE("收 件 人 不 存 在"),
    GONE("地 址 不 存 在"),
    GONE("邮 箱 不 存 在"),
    GONE("帐 号 不 存 在"),
    GONE("账 号 不 存 在"),
    GONE("查 无 此 人"),
    GONE("收 件 者 不 存 在"),
    GONE("使 用 者 不 存 在"),
    GONE("宛 先 不 明"),
    GONE("存 在 し ま せ ん"),
    GONE("見 つ か り ま せ ん"),
    GONE("ア ド レ ス が 見 つ か"),
    FULL("邮 箱 已 满"),
    FULL("空 间 不 足"),
    FULL("容 量 不 足"),
    FULL("信 箱 已 滿"),
    FULL("空 間 不 足"),
    FULL("い っ ぱ い"),
    FULL("一 杯 の た め"),
    FULL("容 量 を 超 え"),
    INACTIVE("已 被 禁 用"),
    INACTIVE("已 停 用"),
    INACTIVE("已 被 停 用"),
    INACTIVE("利 用 停 止"),
    DOMAIN_GONE("域 名 不 存 在"),
    DOMAIN_GONE("ド メ イ ン が 見 つ か"),
    BLOCK("发 信 人 被 拒"),
    BLOCK("拒 绝 接 收 您 的"),
};

const struct verdict_phrases verdict_phrases_world = {rows, sizeof(rows) / sizeof(rows[0])};
