"""The words of job titles in seven languages, in lower case and without accents, by what they say."""

from collections.abc import Mapping, Sequence

from features.names import word_set

Words = Sequence[str]

FORMER = word_set(
    "former ex retired ehemaliger ehemalige ancien ancienne exdirector retraite pensionado rentner unemployed"
)
INTERNS = word_set(
    "student students intern interns internship trainee apprentice undergraduate praktikant praktikantin "
    "werkstudent werkstudentin azubi auszubildende auszubildender stagiaire alternant apprenti becario becaria "
    "estudiante practicante tirocinante stagista studente studentessa apprendista estagiario estagiaria estudante "
    "stagiair scholier pupil"
)
ASSISTANTS = word_set(
    "assistant assistants assistent assistentin assistante asistente assistente secretary sekretar sekretarin "
    "secretaire secretaria secretario segretaria segretario secretaresse directieassistent managementassistent"
)
RANKS = word_set("director manager head vice vp professor controller")
CHIEFS = word_set(
    "ceo cfo cto cio cmo coo cro cso ciso chro cdo cco cpo clo pdg dg gf vorstand vorstandin amministratore"
)
OWNERS = word_set(
    "founder cofounder owner coowner proprietor entrepreneur chairman chairwoman chairperson inhaber inhaberin "
    "grunder grunderin mitgrunder unternehmer fondateur fondatrice cofondateur gerant gerante proprietaire "
    "fundador fundadora cofundador propietario propietaria dueno duena empresario fondatore titolare proprietario "
    "imprenditore dono socio oprichter eigenaar ondernemer"
)
NO_OWNERS = word_set("product process project service system data risk account application platform feature backlog")
PRESIDENTS = word_set("president presidente presidenta prasident prasidentin voorzitter")
VICE_PRESIDENTS = word_set(
    "vp svp evp avp gvp vicepresident vicepresidente vicepresidenta vizeprasident vizeprasidentin"
)
VICES = word_set("vice vize")
DIRECTORS = word_set(
    "director directors directeur directrice direktor direktorin directora diretor diretora direttore direttrice"
)
GENERAL = word_set(
    "managing general generale generaal geral algemeen allgemeiner executive administrativo delegato delegado"
)
HEADS = word_set(
    "head chief leiter leiterin leitung responsable responsabile responsavel jefe jefa chefe hoofd capo dirigente "
    "superintendent dean verantwortlicher verantwortliche verantwoordelijke encargado encargada"
)
TEAMS = ("team", "gruppen", "projekt", "project", "schicht", "filial", "markt", "ploeg")
MANAGERS = word_set(
    "manager managerin managers gerente supervisor supervisora superviseur teamlead foreman polier gestionnaire "
    "gestor gestora coordinador coordinadora coordinateur coordinatrice coordinatore coordenador coordenadora "
    "koordinator coordinator"
)
SENIORS = word_set("senior sr snr principal lead expert experte confirme experimente architect")
STAFF = word_set(
    "junior jr associate specialist spezialist specialiste especialista specialista analyst analista analyste "
    "engineer ingenieur ingeniero ingegnere engenheiro developer entwickler entwicklerin desarrollador "
    "sviluppatore programador programmer consultant berater beraterin conseiller consultor consulente adviseur "
    "representative rep executive agent referent referentin sachbearbeiter sachbearbeiterin mitarbeiter "
    "mitarbeiterin medewerker employee employe empleado angestellter angestellte technician techniker technicien "
    "tecnico technicus clerk officer operator administrator accountant buchhalter buchhalterin comptable contable "
    "contabile contador boekhouder buyer einkaufer acheteur comprador inkoper verkaufer verkauferin vendeur "
    "vendedor venditore verkoper designer recruiter teacher nurse planner scientist researcher lawyer advocate "
    "attorney paralegal editor writer freelancer worker kaufmann kauffrau charge"
)

_DEPARTMENTS: Mapping[str, str] = {
    "hr": (
        "hr|human|people|talent|leiter personal$|leiterin personal$|leitung personal$|personall|personalr|"
        "personalm|personalw|personalab|personale|personnel|recruit|recursos humanos|ressources humaines|"
        "risorse|rrhh|rh|humanos|humaines|personeel|payroll|chro"
    ),
    "legal": (
        "legal|lawyer|attorney|counsel|compliance|jurist|juridi|rechts|avocat|abogad|avvocat|advog|paralegal|notar"
    ),
    "purchasing": (
        "purchas|procure|procurement|buyer|sourcing|einkauf|beschaffung|achat|acheteur|compras|comprador|"
        "acquist|inkoop|inkoper|category manager"
    ),
    "finance": (
        "financ|finanz|accounting|accountant|accounts payable|accounts receivable|controll|controlling|"
        "treasur|tax|audit|buchhalt|comptab|contab|contador|tesor|fiscal|boekhoud|cfo|bookkeep"
    ),
    "marketing": (
        "market|brand|content|seo|communication|kommunikation|comunica|pr|advertis|werbung|publicidad|cmo|growth"
    ),
    "sales": (
        "sales|sale|vertrieb|verkauf|vente|ventas|vendeur|vendedor|vendit|vendas|verkoop|verkoper|commerc|"
        "comercial|business development|revenue|account manager|account executive|account director|"
        "key account|bdr|sdr|cro"
    ),
    "it": (
        "it|ict|edv|informati|system administrator|sysadmin|network|security|cyber|infrastructure|devops|cio|"
        "ciso|helpdesk|techno|tecnolog|sistem|systems$|database|sap|datacenter|tic"
    ),
    "engineering": (
        "engineer|engineering|ingeni|ingegn|engenh|developer|entwickl|entwicklung|desarroll|svilupp|programm|"
        "software|techni|tecnic|r d|research|forschung|product$|products$|produktm|architect|cto|qa|data|"
        "construction"
    ),
    "customer service": (
        "customer|support|kunden|client|cliente|clienti|clientele|klant|service desk|success|call center|cco"
    ),
    "logistics": (
        "logisti|supply|warehouse|lager|transport|fleet|shipping|distribution|stock|inventory|magazijn|"
        "almacen|magazzino|entrepot|lieferkette|spedition|dispatch"
    ),
    "operations": (
        "operat|operations|betrieb|operacion|operazion|produc|produkcion|produktion|manufactur|fertigung|"
        "plant|werk|quality|qualit|calidad|facility|coo|maintenance|instandhaltung"
    ),
}


DEPARTMENTS: Mapping[str, tuple[Words, ...]] = {
    name: tuple(tuple(stem.split()) for stem in stems.split("|")) for name, stems in _DEPARTMENTS.items()
}
