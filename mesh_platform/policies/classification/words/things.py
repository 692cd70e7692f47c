"""Words for what is nobody: things, machines, organizations."""

from typing import Final

from mesh_platform.policies.classification.words import listed

THINGS: Final = listed("""
    operating interest investment rental taxable day month week quarter weekday product item sku file host table
    event currency country company category brand store shop warehouse campaign channel domain server database
    schema column field class method function metric job task queue topic cluster node region city state county
    district continent organization business enterprise vendor supplier merchant manufacturer carrier department
    team group role permission plan tier package bundle service system application app program project repository
    repo branch release version feature flag experiment variant test model template layout page screen view widget
    button menu form folder directory path bucket container document report dashboard chart query index key
    attribute property parameter setting config option tag label badge color size unit language locale timezone
    holiday season period fiscal shift calendar schedule process step stage phase status type kind source target
    partition stream pipeline dataset resource asset device sensor machine equipment vehicle car truck airline
    airport station stop route line zone area site building facility plant factory office room floor hotel
    restaurant venue school university hospital clinic bank fund stock ticker instrument exchange market segment
    audience cohort list playlist song album artist movie film book game genre series episode course lesson subject
    recipe ingredient dish drug compound species breed gene protein planet star wallet contract smart memory web url
    link website endpoint api gateway interface protocol module library framework tool env environment namespace
    space cost ledger gl order invoice payment transaction shipment parcel offer coupon promotion discount price tax
    fee policy rule action command operation error exception code reason result outcome goal objective dimension
    measure fact entity object record row col variable constant bin commodity material part component assembly lot
    batch serial ticket issue incident bug milestone epic sprint board font icon theme style broker exporter
    collector provider platform publisher network isp asn registrar issuer acquirer processor scheme mode engine
    browser os agency authority ministry municipality province ward precinct constituency club league competition
    tournament sport round match workflow trigger webhook certificate cert volume disk image cpu gpu vm pod
    deployment replica log logger alert monitor check rack datacenter subnet vpc vlan router switch port printer
    kiosk terminal pos register till shelf aisle dock locker depot hub fleet vessel voyage flight train bus stored
    procedure constraint sequence cdc dbt dag run artifact upload attachment corporate headquarter hq noreply
    support helpdesk shared bot retailer distributor wholesaler dealer franchise subsidiary division chain mall
    outlet insurer insurance pharmacy lab laboratory practice charity ngo foundation institute upstream downstream
    origin destination meter tower
""")
"""What has a name or a place and is nobody."""

ORGANIZATIONS: Final = listed("""
    company organization business enterprise vendor supplier merchant manufacturer carrier store shop corporate bank
    retailer distributor wholesaler dealer subsidiary insurer agency authority school university hospital clinic
    charity
""")
"""What has numbers and accounts as persons have; of a sole trader they are personal."""

MACHINES: Final = listed("""
    server host gateway router switch node cluster database db pod vm printer proxy dns subnet internal private vpc
    endpoint api port container machine sensor meter pool bind listen broker loadbalancer vip
""")
"""What has an address in a network and is nobody's own device."""
