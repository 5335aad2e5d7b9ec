/// The files of the page by their names.
enum PageFiles {
    static let all: [String: [UInt8]] = [
        "api.js": PackageResources.api_js,
        "app.js": PackageResources.app_js,
        "dialogs.js": PackageResources.dialogs_js,
        "editor.js": PackageResources.editor_js,
        "find.js": PackageResources.find_js,
        "icon.svg": PackageResources.icon_svg,
        "index.html": PackageResources.index_html,
        "keys.js": PackageResources.keys_js,
        "list.js": PackageResources.list_js,
        "options.js": PackageResources.options_js,
        "parts.css": PackageResources.parts_css,
        "player.js": PackageResources.player_js,
        "recorder-panel.js": PackageResources.recorder_panel_js,
        "recorder-worklet.js": PackageResources.recorder_worklet_js,
        "recorder.js": PackageResources.recorder_js,
        "status.js": PackageResources.status_js,
        "style.css": PackageResources.style_css,
        "waveform.js": PackageResources.waveform_js,
        "words.js": PackageResources.words_js,
    ]
}
