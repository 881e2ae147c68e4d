"""The words that Baken adds to HSDS: ids that never change, taxonomies, and attributes that carry the rest."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from bot.exchange.schema import Json

# Every id in an export is made from this and from names, so that the same service always has the same ids.
_NAMESPACE = uuid5(NAMESPACE_URL, "urn:baken:hsds")


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A list of terms. `link_type` says what an attribute with such a term describes."""

    name: str
    description: str
    link_type: str


NEEDS = Taxonomy("Baken needs", "What a person can ask a service for", "service_type")
AUDIENCES = Taxonomy("Baken audiences", "For whom a service is", "intended_audience")
KINDS = Taxonomy("Baken kinds of services", "What sort of service this is", "service_kind")
REGIONS = Taxonomy("Baken regions", "The part of Belgium whose people a service takes", "region")
CALL_COSTS = Taxonomy("Baken costs of calls", "What a call costs", "call_cost")
FROM_ABROAD = Taxonomy("Baken calls from abroad", "Whether a number can be dialled from another country", "from_abroad")
CONFIDENCE = Taxonomy("Baken confidence", "How sure the facts are", "confidence")


def identifier(*names: str) -> str:
    """The UUID (version 5) that these names always have."""
    return str(uuid5(_NAMESPACE, "/".join(names)))


def service_identifier(service_id: str) -> str:
    """The HSDS id of the service that Baken calls `service_id`."""
    return identifier("service", service_id)


def attribute(owner: str, entity: str, link_type: str, value: str, *, label: str | None = None, key: str = "") -> Json:
    """A value that HSDS has no field for. `key` tells apart attributes that are otherwise alike."""
    made: Json = {
        "id": identifier(owner, "attribute", link_type, label or "", value, key),
        "link_id": owner,
        "link_type": link_type,
        "link_entity": entity,
        "value": value,
    }
    return made if label is None else {**made, "label": label}


def classification(owner: str, entity: str, taxonomy: Taxonomy, code: str) -> Json:
    """A term of a taxonomy of ours, applied to the entity with the id `owner`."""
    name = code.replace("_", " ")
    taxonomy_id = identifier("taxonomy", taxonomy.name)
    term_id = identifier("taxonomy", taxonomy.name, code)
    return {
        "id": identifier(owner, "classification", taxonomy.name, code),
        "link_id": owner,
        "taxonomy_term_id": term_id,
        "link_type": taxonomy.link_type,
        "link_entity": entity,
        "taxonomy_term": {
            "id": term_id,
            "code": code,
            "name": name,
            "description": f"{taxonomy.description}: {name}",
            "taxonomy": taxonomy.name,
            "taxonomy_id": taxonomy_id,
            "taxonomy_detail": {"id": taxonomy_id, "name": taxonomy.name, "description": taxonomy.description},
            "language": "en",
        },
    }
