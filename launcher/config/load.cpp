// The steps in order; each works on what the one before left, and trees are gone before load
// returns.
#include "launcher/config/load.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <array>
#include <cstdlib>
#include <filesystem>

#include "launcher/config/connect.hpp"
#include "launcher/config/merge.hpp"
#include "launcher/config/plan.hpp"
#include "launcher/config/read_connections.hpp"
#include "launcher/config/read_logging.hpp"
#include "launcher/config/source.hpp"
#include "launcher/config/value_reader.hpp"
#include "launcher/config/yaml_tree.hpp"

namespace launcher {
namespace {

/// `defaults` is copied under every component, which multiplies what the file limits allow.
constexpr std::size_t defaulted_bytes_max = 64UL * 1024 * 1024;

/// For all files of an application together, where each alone may be as large as a quarter of it.
constexpr std::size_t sources_bytes_max = 8UL * 1024 * 1024;
constexpr std::size_t sources_values_max = 4 * tree_values_max;
constexpr std::size_t sources_text_bytes_max = 4 * tree_bytes_max;

/// The top level while it is read.
struct ApplicationDraft {
    std::optional<std::string> name;
    const Entry* defaults = nullptr;
    const Entry* components = nullptr;
    const Entry* connections = nullptr;
};

void read_version(const ValueReader& reader, const Entry& entry, ApplicationDraft&) {
    const std::optional<std::string> version = reader.text(entry);
    if (version && *version != "1") {
        reader.refuse(
            entry, fmt::format("{} is unknown, this harrier reads version \"1\"", shown(*version)));
    }
}

void read_name(const ValueReader& reader, const Entry& entry, ApplicationDraft& draft) {
    draft.name = reader.text(entry);
    if (draft.name && !is_name(*draft.name)) {
        reader.refuse(entry, fmt::format("{} {}", shown(*draft.name), name_rule));
    }
}

constexpr std::array<KeyRule<ApplicationDraft>, 5> top_keys{{
    {"version", read_version},
    {"name", read_name},
    {"defaults",
     [](const ValueReader& reader, const Entry& entry, ApplicationDraft& draft) {
         if (entry.value.kind != Node::Kind::map) return reader.refuse_kind(entry, "a map");
         draft.defaults = &entry;
     }},
    {"components",
     [](const ValueReader& reader, const Entry& entry, ApplicationDraft& draft) {
         if (entry.value.kind != Node::Kind::map) return reader.refuse_kind(entry, "a map");
         if (entry.value.entries.empty()) return reader.refuse(entry, "there are no components");
         draft.components = &entry;
     }},
    {"connections", [](const ValueReader&, const Entry& entry,
                       ApplicationDraft& draft) { draft.connections = &entry; }},
}};

/// The name where no file gives one: the first file's stem.
std::string default_name(const ValueReader& reader, const Source& source) {
    const std::string stem = std::filesystem::path(source.file).stem().string();
    if (!is_name(stem)) {
        reader.refuse(Position{&source}, "name",
                      fmt::format("the file's stem {} {}, so give the application a name",
                                  shown(stem), name_rule));
    }
    return stem;
}

/// Are `defaults` and components small enough to be multiplied?
bool check_expansion(const ValueReader& reader, const ApplicationDraft& draft) {
    const std::size_t count = draft.components->value.entries.size();
    if (count > components_max) {
        reader.refuse(draft.components->key_position, draft.components->key,
                      fmt::format("{} components, the most is {}", count, components_max));
        return false;
    }
    if (draft.defaults == nullptr) return true;
    const TreeSize size = size_of(draft.defaults->value);
    if ((size.bytes + size.values * sizeof(Node)) * count <= defaulted_bytes_max) return true;
    reader.refuse(draft.defaults->key_position, draft.defaults->key,
                  fmt::format("too large to stand under each of {} components", count));
    return false;
}

std::vector<Descriptor> read_components(const ApplicationDraft& draft, ReadingContext& context) {
    std::vector<Descriptor> descriptors;
    for (const Entry& entry : draft.components->value.entries) {
        if (context.diagnostics.full()) break;
        if (draft.defaults == nullptr || entry.value.kind != Node::Kind::map) {
            descriptors.push_back(read_component(entry, context));
            continue;
        }
        const Entry whole{entry.key, entry.key_position, merge(draft.defaults->value, entry.value)};
        descriptors.push_back(read_component(whole, context));
    }
    return descriptors;
}

/// Every tree is a map; the merged one stands at the first file.
std::optional<Entry> merge_trees(std::vector<Node> trees, const ValueReader& reader) {
    std::optional<Entry> whole;
    for (Node& tree : trees) {
        if (tree.kind != Node::Kind::map) {
            reader.refuse(tree.position, "",
                          tree.kind == Node::Kind::null
                              ? "the file is empty"
                              : fmt::format("expected a map with the key \"components\", found {}",
                                            described(tree)));
            return std::nullopt;
        }
        if (!whole) {
            whole = Entry{"", tree.position, std::move(tree)};
        } else {
            whole->value = merge(std::move(whole->value), tree);
        }
    }
    return whole;
}

std::optional<Application> read_application(const std::vector<Source>& sources,
                                            std::vector<Node> trees, ReadingContext& context) {
    const ValueReader reader(context, "");
    const std::optional<Entry> whole = merge_trees(std::move(trees), reader);
    if (!whole) return std::nullopt;
    ApplicationDraft draft;
    reader.read_map(*whole, top_keys, draft);
    Application application;
    application.name = whole->value.find("name") != nullptr ? draft.name.value_or("")
                                                            : default_name(reader, sources.front());
    if (whole->value.find("components") == nullptr) {
        reader.refuse(whole->key_position, "components", "the key is missing");
    }
    if (draft.components == nullptr || !check_expansion(reader, draft)) return std::nullopt;
    application.components = read_components(draft, context);
    if (draft.connections != nullptr) {
        application.connections = read_connections(*draft.connections, context);
    }
    return application;
}

/// All trees are in memory at once.
bool is_too_much(const TreeSize& size, const Source& source, Diagnostics& diagnostics) {
    if (size.values <= sources_values_max && size.bytes <= sources_text_bytes_max) return false;
    diagnostics.add({Place{source.file}, "",
                     fmt::format("the files have more than {} values or {} MiB of text together",
                                 sources_values_max, sources_text_bytes_max >> 20)});
    return true;
}

Loaded load_sources(const std::vector<Source>& sources, const EnvironmentLookup& environment,
                    Diagnostics& diagnostics) {
    std::vector<Node> trees;
    TreeSize all;
    for (const Source& source : sources) {
        auto tree = parse_yaml(source, diagnostics);
        if (!tree) continue;
        const TreeSize size = size_of(*tree);
        all.values += size.values;
        all.bytes += size.bytes;
        if (is_too_much(all, source, diagnostics)) break;
        trees.push_back(std::move(*tree));
    }
    // Where a file is missing, half of what the others say would seem wrong.
    if (trees.size() < sources.size()) return tl::unexpected(diagnostics.take());
    ReadingContext context{environment, diagnostics};
    std::optional<Application> application = read_application(sources, std::move(trees), context);
    if (application && !diagnostics.full()) {
        const auto order = plan(application->components);
        if (!order) {
            for (const Diagnostic& diagnostic : order.error()) {
                diagnostics.add(diagnostic);
            }
        }
        connect(*application, diagnostics);
        check_log_files(refer_to(application->components), diagnostics);
    }
    if (!diagnostics.empty() || !application) return tl::unexpected(diagnostics.take());
    return std::move(*application);
}

/// `make(i, diagnostics)` gives the source of the i-th file, if it is fit to be parsed.
template <class Make>
Loaded load_each(std::size_t count, const EnvironmentLookup& environment, const Make& make) {
    Diagnostics diagnostics;
    std::vector<Source> sources;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
        auto source = make(i, diagnostics);
        if (!source) continue;
        bytes += source->text.size();
        if (bytes > sources_bytes_max) {
            diagnostics.add(
                {Place{source->file}, "",
                 fmt::format("the files have more than {} MiB together", sources_bytes_max >> 20)});
            break;
        }
        sources.push_back(std::move(*source));
    }
    if (sources.size() < count || sources.empty()) return tl::unexpected(diagnostics.take());
    return load_sources(sources, environment, diagnostics);
}

}  // namespace

Loaded load(std::span<const std::string> files, const EnvironmentLookup& environment) {
    Loaded loaded =
        load_each(files.size(), environment, [&files](std::size_t i, Diagnostics& diagnostics) {
            return read_source(files[i], diagnostics);
        });
    // Harrier runs for months on what it read in a moment.
    ::malloc_trim(0);
    return loaded;
}

Loaded load_texts(std::span<const NamedText> texts, const EnvironmentLookup& environment) {
    return load_each(texts.size(), environment, [&texts](std::size_t i, Diagnostics& diagnostics) {
        return make_source(texts[i].first, texts[i].second, diagnostics);
    });
}

std::optional<std::string> process_environment(std::string_view name) {
    const char* const value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::vector<Vocabulary> vocabulary() {
    std::vector<Vocabulary> all = component_vocabulary();
    for (Vocabulary& vocabulary : connection_vocabulary())
        all.push_back(std::move(vocabulary));
    const auto words = words_of(top_keys, &KeyRule<ApplicationDraft>::key);
    all.push_back({"top", {words.begin(), words.end()}});
    return all;
}

}  // namespace launcher
