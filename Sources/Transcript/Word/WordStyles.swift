// The parts of a docx file that are the same in all of them.

let namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
private let packages = "http://schemas.openxmlformats.org/package/2006"
private let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
private let mediaTypes = "application/vnd.openxmlformats-officedocument.wordprocessingml"

/// A file of XML.
func xml(_ content: String) -> String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\(content)\n"
}

let contentTypes = xml(
    """
    <Types xmlns="\(packages)/content-types">
    <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
    <Default Extension="xml" ContentType="application/xml"/>
    <Override PartName="/word/document.xml" ContentType="\(mediaTypes).document.main+xml"/>
    <Override PartName="/word/styles.xml" ContentType="\(mediaTypes).styles+xml"/>
    </Types>
    """)

let packageRelationships = xml(
    """
    <Relationships xmlns="\(packages)/relationships">
    <Relationship Id="rId1" Type="\(relations)/officeDocument" Target="word/document.xml"/>
    </Relationships>
    """)

let documentRelationships = xml(
    """
    <Relationships xmlns="\(packages)/relationships">
    <Relationship Id="rId1" Type="\(relations)/styles" Target="styles.xml"/>
    </Relationships>
    """)

let wordStyles = xml(
    """
    <w:styles xmlns:w="\(namespace)">
    <w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="22"/><w:szCs w:val="22"/></w:rPr></w:rPrDefault>
    <w:pPrDefault><w:pPr><w:spacing w:after="160" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>
    <w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
    <w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/>
    <w:pPr><w:keepNext/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:bCs/><w:sz w:val="32"/><w:szCs w:val="32"/></w:rPr></w:style>
    <w:style w:type="paragraph" w:styleId="BodyText"><w:name w:val="Body Text"/><w:basedOn w:val="Normal"/></w:style>
    <w:style w:type="paragraph" w:customStyle="1" w:styleId="Notice"><w:name w:val="Notice"/><w:basedOn w:val="Normal"/>
    <w:rPr><w:i/><w:iCs/><w:color w:val="595959"/></w:rPr></w:style>
    <w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>
    <w:style w:type="character" w:customStyle="1" w:styleId="Time"><w:name w:val="Time"/>
    <w:rPr><w:color w:val="595959"/><w:sz w:val="18"/><w:szCs w:val="18"/></w:rPr></w:style>
    <w:style w:type="character" w:customStyle="1" w:styleId="Speaker"><w:name w:val="Speaker"/><w:rPr><w:b/><w:bCs/></w:rPr></w:style>
    <w:style w:type="character" w:customStyle="1" w:styleId="Doubtful"><w:name w:val="Doubtful"/><w:rPr><w:u w:val="dotted"/></w:rPr></w:style>
    </w:styles>
    """)
