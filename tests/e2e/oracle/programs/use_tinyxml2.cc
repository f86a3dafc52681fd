/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work for tinyxml2: a document parsed, walked, changed and printed. */
#include <cstdio>

#include "tinyxml2.h"

using namespace tinyxml2;

class Counter : public XMLVisitor {
public:
	int elements = 0, texts = 0;
	bool VisitEnter(const XMLElement &element, const XMLAttribute *first) override
	{
		elements++;
		for (const XMLAttribute *a = first; a; a = a->Next())
			texts += a->IntValue();
		return element.Name() != nullptr;
	}
	bool Visit(const XMLText &text) override
	{
		texts += text.Value()[0] != 0;
		return true;
	}
};

int main()
{
	XMLDocument document;
	document.Parse("<?xml version='1.0'?><!-- said --><list kind='1'><item at='2'>one &amp; two</item><item at='3'/>"
		       "<deep><deeper n='4'><![CDATA[raw]]></deeper></deep></list>");
	Counter counter;
	document.Accept(&counter);
	XMLElement *root = document.RootElement();
	for (XMLElement *e = root->FirstChildElement("item"); e; e = e->NextSiblingElement("item"))
		e->SetAttribute("seen", e->IntAttribute("at") * 1.5);
	root->InsertNewChildElement("last")->SetText(42);
	root->DeleteChild(root->FirstChild());
	XMLPrinter printer;
	document.Print(&printer);
	std::printf("%d %d %d\n", counter.elements, counter.texts, (int)printer.CStrSize());
	XMLDocument wrong;
	return wrong.Parse("<a><b></a>") == XML_SUCCESS;
}
