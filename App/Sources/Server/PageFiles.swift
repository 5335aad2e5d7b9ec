/// The files of the page by their names.
enum PageFiles {
    static let all: [String: [UInt8]] = [
        "icon.svg": PackageResources.icon_svg,
        "index.html": PackageResources.index_html,
        "parts.css": PackageResources.parts_css,
        "style.css": PackageResources.style_css,
    ]
}
