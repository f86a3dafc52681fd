/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work for expat: a document with entities, attributes, namespaces and an error at its end, parsed by pieces.
 */
#include <stdio.h>
#include <string.h>

#include "expat.h"

struct seen {
    int depth, elements, characters;
    char last[40];
};

static void XMLCALL begin(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct seen *seen = data;
    seen->depth++;
    seen->elements++;
    for (; *attributes; attributes += 2)
        seen->characters += (int)strlen(attributes[1]);
    snprintf(seen->last, sizeof seen->last, "%s", name);
}

static void XMLCALL finish(void *data, const XML_Char *name)
{
    struct seen *seen = data;
    seen->depth -= name[0] != 0;
}

static void XMLCALL characters(void *data, const XML_Char *text, int length)
{
    struct seen *seen = data;
    seen->characters += text != NULL ? length : 0;
}

static const char text[] =
    "<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE a [<!ENTITY e 'some <b>bold</b> text'>"
    "<!ELEMENT a (#PCDATA|b|c)*><!ATTLIST c kind CDATA 'none' id ID #IMPLIED>]>\n"
    "<a xmlns:n='urn:n'>&e;<c id='one'/><n:d n:at='x &amp; y'>\xc3\xa4\xc3\xb6 &#x41;<![CDATA[<raw>]]></n:d>"
    "<!-- said --><?do this?><c kind='some'>&e;</c></a>";

int main(void)
{
    struct seen seen = {0};
    for (int piece = 1; piece < 100; piece *= 7) {
        XML_Parser parser = piece == 7 ? XML_ParserCreateNS(NULL, '|') : XML_ParserCreate(NULL);
        XML_SetHashSalt(parser, 1);
        XML_SetUserData(parser, &seen);
        XML_SetElementHandler(parser, begin, finish);
        XML_SetCharacterDataHandler(parser, characters);
        for (int at = 0, all = (int)sizeof text - 1; at < all; at += piece)
            if (!XML_Parse(parser, text + at, piece < all - at ? piece : all - at, at + piece >= all))
                printf("%s\n", XML_ErrorString(XML_GetErrorCode(parser)));
        XML_Parse(parser, "</a>", 4, 1);
        XML_ParserFree(parser);
    }
    printf("%d %d %d %s\n", seen.depth, seen.elements, seen.characters, seen.last);
    return 0;
}
