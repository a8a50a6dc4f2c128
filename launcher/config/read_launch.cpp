#include "launcher/config/read_launch.hpp"

#include <deque>
#include <optional>
#include <string_view>
#include <utility>

#include "launcher/config/merge.hpp"
#include "launcher/config/read_component.hpp"
#include "launcher/config/source.hpp"
#include "launcher/config/yaml_tree.hpp"

namespace launcher {
namespace {

/// What the reader of a file would expand is to stay as it is.
std::string without_expansion(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.substr(at, 2) == "${") result += '$';
        result += text[at];
    }
    return result;
}

/// The tree of a component, and the texts that it points at.
class Launch {
public:
    Launch(const LaunchText& launch, Diagnostics& diagnostics)
        : folder_(launch.folder), diagnostics_(diagnostics) {
        const Position position{&keep(Source{launch.name, folder_, {}})};
        component_ = Entry{launch.name, position, Node(Node::Kind::map, position)};
    }

    void add_command(const std::vector<std::string>& command) {
        if (command.empty()) return;
        const Position position{&keep(Source{"COMMAND", folder_, {}})};
        Node list(Node::Kind::list, position);
        for (const std::string& argument : command)
            list.items.emplace_back(Node::Kind::scalar, position, without_expansion(argument));
        component_.value.entries.push_back(Entry{"command", position, std::move(list)});
    }

    void add_setting(const std::string& setting) {
        const std::size_t equals = setting.find('=');
        const std::string key = setting.substr(0, equals);
        const std::string file = "--set " + key;
        if (equals == std::string::npos || key.empty())
            return diagnostics_.add({Place{file}, "", "expected KEY=VALUE"});
        if (key == "command" && component_.value.find("command") != nullptr)
            return diagnostics_.add(
                {Place{file}, key, "is given twice, it follows \"--\" already"});
        auto source = make_source(file, setting.substr(equals + 1), diagnostics_);
        if (!source) return;
        source->folder = folder_;
        const Source& kept = keep(std::move(*source));
        std::optional<Node> value = Node(Node::Kind::scalar, Position{&kept});
        if (!kept.text.empty()) value = parse_yaml(kept, diagnostics_);
        if (!value) return;
        if (auto nested = nest(key, std::move(*value)))
            component_.value = merge(std::move(component_.value), *nested);
    }

    [[nodiscard]] const Entry& component() const { return component_; }

private:
    const Source& keep(Source source) { return sources_.emplace_back(std::move(source)); }

    /// "a.b" and a value as {a: {b: value}}.
    std::optional<Node> nest(std::string_view key, Node value) {
        const Position position = value.position;
        for (std::size_t depth = 0; depth < tree_depth_max; ++depth) {
            const std::size_t dot = key.rfind('.');
            const std::string part(dot == std::string_view::npos ? key : key.substr(dot + 1));
            Node map(Node::Kind::map, position);
            map.entries.push_back(Entry{part, position, std::move(value)});
            value = std::move(map);
            if (dot == std::string_view::npos) return value;
            key = key.substr(0, dot);
        }
        diagnostics_.add({position.place(), "", "is nested too deeply"});
        return std::nullopt;
    }

    std::string folder_;
    Diagnostics& diagnostics_;
    std::deque<Source> sources_;  // the tree points at them
    Entry component_;
};

}  // namespace

tl::expected<Descriptor, std::vector<Diagnostic>> read_launch(
    const LaunchText& text, const EnvironmentLookup& environment) {
    Diagnostics diagnostics;
    Launch launch(text, diagnostics);
    launch.add_command(text.command);
    for (const std::string& setting : text.settings)
        launch.add_setting(setting);
    if (!diagnostics.empty()) return tl::unexpected(diagnostics.take());
    ReadingContext context{environment, diagnostics};
    Descriptor descriptor = read_component(launch.component(), context);
    // The next harrier reads files, in which it is not.
    if (descriptor.on_supervisor_loss == SupervisorLoss::keep)
        diagnostics.add({Place{"--set on_supervisor_loss"}, "on_supervisor_loss",
                         "only a component that a file describes can be kept"});
    if (!diagnostics.empty()) return tl::unexpected(diagnostics.take());
    return descriptor;
}

}  // namespace launcher
