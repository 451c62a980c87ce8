// JSON Schema (2020-12, as OpenAPI 3.1 takes it) of described structs.
#pragma once
#include <string>

#include <boost/json/value.hpp>

#include "platform/core/clock.hpp"
#include "platform/json/describe.hpp"
#include "platform/json/type_traits.hpp"

namespace qm::json {

// Collects the schemas of described structs under their names, so that each is written once.
class SchemaBook {
 public:
  // The schema of T: for a described struct a {"$ref": "#/components/schemas/<name>"}.
  template <class T>
  boost::json::value schema();

  boost::json::object& components() { return components_; }

 private:
  boost::json::object components_;
};

// "LoginBody" of any namespace; template arguments become part of the name.
std::string type_name(const char* mangled);

void show_limit(boost::json::object& schema, const Range& limit);
void show_limit(boost::json::object& schema, const Length& limit);
void show_limit(boost::json::object& schema, const OneOf& limit);
void show_limit(boost::json::object& schema, const Email&);
void show_limit(boost::json::object& schema, const Identifier&);
void show_limit(boost::json::object& schema, const Description& text);
void show_limit(boost::json::object& schema, const Defaulted&);

template <class T>
boost::json::value SchemaBook::schema() {
  namespace bj = boost::json;
  if constexpr (std::is_same_v<T, boost::json::value>) {
    return bj::object{};
  } else if constexpr (is_optional_v<T>) {
    return schema<typename T::value_type>();
  } else if constexpr (std::is_same_v<T, bool>) {
    return bj::object{{"type", "boolean"}};
  } else if constexpr (std::is_enum_v<T>) {
    bj::array names;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
        [&](auto each) { names.emplace_back(each.name); });
    return bj::object{{"type", "string"}, {"enum", std::move(names)}};
  } else if constexpr (std::is_integral_v<T>) {
    return bj::object{{"type", "integer"}};
  } else if constexpr (std::is_floating_point_v<T>) {
    return bj::object{{"type", "number"}};
  } else if constexpr (std::is_same_v<T, Amount>) {
    return bj::object{{"type", "number"}, {"multipleOf", 0.01}};
  } else if constexpr (std::is_same_v<T, Timestamp>) {
    return bj::object{{"type", "string"}, {"format", "date-time"}};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return bj::object{{"type", "string"}};
  } else if constexpr (is_id_v<T>) {
    bj::object id{{"type", "string"}};
    show_limit(id, Identifier{});
    return id;
  } else if constexpr (is_list_v<T>) {
    return bj::object{{"type", "array"}, {"items", schema<typename T::value_type>()}};
  } else if constexpr (is_text_map_v<T>) {
    return bj::object{{"type", "object"}, {"additionalProperties", schema<typename T::mapped_type>()}};
  } else {
    const std::string name = type_name(typeid(T).name());
    if (!components_.contains(name)) {
      components_[name] = bj::object{};  // holds the place while a struct that contains itself is walked
      bj::object properties;
      bj::array required;
      const auto& limits = limits_of<T>();
      for_each_member<T>([&](std::string_view member_name, auto member) {
        using Member = std::remove_cvref_t<decltype(std::declval<T&>().*member)>;
        auto property = schema<Member>();
        if (auto* object = property.if_object()) {
          for_each_limit(limits, member, [&](const auto& limit) { show_limit(*object, limit); });
          if constexpr (is_nullable_v<Member>) {
            if (auto* type = object->if_contains("type")) *type = bj::array{*type, "null"};
          }
        }
        properties[member_name] = std::move(property);
        if (!is_optional_v<Member> && !is_defaulted(limits, member)) required.emplace_back(member_name);
      });
      bj::object made{{"type", "object"}, {"properties", std::move(properties)}};
      if (!required.empty()) made["required"] = std::move(required);
      components_[name] = std::move(made);
    }
    return bj::object{{"$ref", "#/components/schemas/" + name}};
  }
}

}  // namespace qm::json
