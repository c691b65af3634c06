"""What KSeF answers when it refuses, in both of its error formats."""

import json
import secrets

from werkzeug.wrappers import Response

from .clock import iso

DESCRIPTIONS = {
    9101: "Nieprawidłowy dokument.",
    9102: "Brak podpisu.",
    9103: "Przekroczona liczba dozwolonych podpisów.",
    9105: "Nieprawidłowy podpis.",
    21001: "Nieczytelna treść.",
    21111: "Nieprawidłowe wyzwanie autoryzacyjne.",
    21115: "Nieprawidłowy certyfikat.",
    21117: "Nieprawidłowy identyfikator podmiotu dla wskazanego typu kontekstu.",
    21155: "Przekroczono dozwoloną liczbę faktur w sesji.",
    21157: "Nieprawidłowy rozmiar części pakietu.",
    21161: "Przekroczono dozwoloną liczbę części pakietu.",
    21164: "Faktura o podanym identyfikatorze nie istnieje.",
    21165: "Faktura o podanym numerze KSeF nie jest jeszcze dostępna.",
    21166: "Korekta techniczna niedostępna.",
    21167: "Status faktury nie pozwala na korektę techniczną.",
    21173: "Brak sesji o wskazanym numerze referencyjnym.",
    21175: "Wynik zapytania o podanym identyfikatorze nie istnieje.",
    21178: "Nie znaleziono UPO dla podanych kryteriów.",
    21180: "Status sesji nie pozwala na wykonanie operacji.",
    21181: "Nieprawidłowe żądanie eksportu faktur.",
    21182: "Osiągnięto limit trwających eksportów.",
    21183: "Zakres filtrowania wykracza poza dostępny zakres danych.",
    21184: "Sesja tymczasowo niedostępna.",
    21205: "Pakiet nie może być pusty.",
    21208: "Czas oczekiwania na requesty upload lub finish został przekroczony.",
    21217: "Nieprawidłowe kodowanie znaków.",
    21301: "Brak autoryzacji.",
    21304: "Brak uwierzytelnienia.",
    21308: "Próba wykorzystania metod autoryzacyjnych osoby zmarłej.",
    21401: "Dokument nie jest zgodny ze schemą (xsd).",
    21402: "Nieprawidłowy rozmiar pliku.",
    21403: "Nieprawidłowy skrót pliku.",
    21405: "Błąd walidacji danych wejściowych.",
    21406: "Konflikt podpisu i typu uwierzytelnienia.",
    21418: "Przekazany token kontynuacji ma nieprawidłowy format.",
    21470: "Przesłany identyfikator klucza jest nieznany lub wskazuje na wycofany "
    "klucz.",
    25001: "Brak możliwości pobrania danych do CSR dla wykorzystanego sposobu "
    "uwierzytelnienia.",
    25002: "Brak możliwości złożenia wniosku certyfikacyjnego dla wykorzystanego "
    "sposobu uwierzytelnienia.",
    25003: "Dane w CSR nie zgadzają się z danymi w użytym wektorze uwierzytelniającym.",
    25004: "Niepoprawny format CSR lub niepoprawny podpis CSR.",
    25005: "Wniosek certyfikacyjny o podanym numerze referencyjnym nie istnieje.",
    25006: "Osiągnięto limit możliwych do złożenia wniosków certyfikacyjnych.",
    25007: "Osiągnięto limit dopuszczalnej liczby posiadanych certyfikatów.",
    25008: "Certyfikat o podanym numerze seryjnym nie istnieje.",
    25009: "Nie można odwołać wskazanego certyfikatu, ponieważ jest już odwołany, "
    "zablokowany lub nieważny.",
    25010: "Nieprawidłowy typ lub długość klucza.",
    25011: "Nieprawidłowy algorytm podpisu CSR.",
    26001: "Nie można nadać tokenowi uprawnień których nie posiadasz.",
    26002: "Nie można wygenerować tokena dla obecnego typu kontekstu.",
    30001: "Podmiot lub uprawnienie już istnieje.",
    71001: "Faktura o podanym identyfikatorze nie istnieje.",
    71002: "Faktura jest już przypisana do maksymalnej liczby Identyfikatorów "
    "Zbiorczych.",
    71004: "Faktury mają różnych sprzedawców.",
    71005: "Powtórzony numer KSeF w żądaniu.",
}
FORBIDDEN = {
    "missing-permissions": "Brak wymaganych uprawnień do wykonania operacji w bieżącym "
    "kontekście.",
    "ip-not-allowed": "Żądanie pochodzi z adresu IP innego niż wskazany podczas "
    "uwierzytelnienia.",
    "insufficient-resource-access": "Brak dostępu do wskazanego zasobu.",
    "auth-method-not-allowed": "Ta operacja nie jest dostępna dla użytej metody "
    "uwierzytelnienia.",
    "security-service-blocked": "Żądanie zostało zablokowane przez mechanizmy "
    "bezpieczeństwa.",
    "context-type-not-allowed": "Operacja nie jest dostępna dla uwierzytelnionego typu "
    "kontekstu.",
}
PROBLEM = "application/problem+json"


class ApiError(Exception):
    """A refusal; the subclasses know how KSeF writes it."""

    status = 500
    title = "Internal Server Error"
    detail = "Nieznany błąd."

    def problem(self):
        """Members of the problem document beside the common ones."""
        return {}

    def headers(self):
        """Further headers of the answer."""
        return {}


def description(code):
    """KSeF's words for a code; of one that was ordered and is in no document, none."""
    return DESCRIPTIONS.get(code, "Nieznany błąd.")


class BadRequest(ApiError):
    """HTTP 400 with one code of the documentation."""

    status, title = 400, "Bad Request"
    detail = "Żądanie jest nieprawidłowe."

    def __init__(self, code, *details):
        super().__init__(code, *details)
        self.code, self.details = code, list(details)

    def problem(self):
        error = {"code": self.code, "description": description(self.code)}
        return {"errors": [{**error, "details": self.details}]}


class Unauthorized(ApiError):
    """HTTP 401: no token, or one that does not count."""

    status, title, detail = 401, "Unauthorized", "Wymagane jest uwierzytelnienie."


class Forbidden(ApiError):
    """HTTP 403 with a reason code."""

    status, title = 403, "Forbidden"

    def __init__(self, reason, **security):
        super().__init__(reason)
        self.reason, self.security = reason, security
        self.detail = FORBIDDEN[reason]

    def problem(self):
        return {"reasonCode": self.reason, "security": self.security}


class NotFound(ApiError):
    """HTTP 404: no such address (an unknown document is a 400 in KSeF)."""

    status, title, detail = 404, "Not Found", "Nie znaleziono zasobu."


class MethodNotAllowed(ApiError):
    """HTTP 405."""

    status, title, detail = 405, "Method Not Allowed", "Metoda nie jest dozwolona."


class Gone(ApiError):
    """HTTP 410: the result was kept for its time."""

    status, title = 410, "Gone"
    detail = "Okres dostępności operacji minął."


class TooManyRequests(ApiError):
    """HTTP 429 with whole seconds to wait."""

    status, title = 429, "Too Many Requests"

    def __init__(self, retry_after, limit):
        super().__init__(retry_after)
        self.retry_after = retry_after
        self.detail = f"{limit} Spróbuj ponownie po {retry_after} sekundach."

    def headers(self):
        return {"Retry-After": str(self.retry_after)}


class Injected(ApiError):
    """Any status, by order of a test."""

    def __init__(self, status, retry_after=None):
        super().__init__(status)
        self.status, self.title = status, "Ordered by the control port"
        self.retry_after = retry_after

    def headers(self):
        return {"Retry-After": str(self.retry_after)} if self.retry_after else {}


def render(error, request, now):
    """The HTTP answer for an error.

    400 and 429 come in the old shape unless the caller asks for problem details.
    """
    wants_problem = request.headers.get("X-Error-Format") == "problem-details"
    mimetype = "application/json"
    if error.status == 400 and not wants_problem:
        payload = _exception_response(error, now)
    elif error.status == 429 and not wants_problem:
        payload = {
            "status": {
                "code": 429,
                "description": error.title,
                "details": [error.detail],
            }
        }
    else:
        mimetype = PROBLEM
        payload = _problem(error, request, now)
    text = json.dumps(payload, ensure_ascii=False)
    return Response(text, error.status, error.headers(), mimetype=mimetype)


def _exception_response(error, now):
    detail = {
        "exceptionCode": error.code,
        "exceptionDescription": description(error.code),
        "details": error.details,
    }
    trace = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"
    return {
        "exception": {
            "exceptionDetailList": [detail],
            "serviceCode": trace,
            "serviceCtx": "srvSANDBOX",
            "serviceName": "Undefined",
            "timestamp": iso(now),
        }
    }


def _problem(error, request, now):
    return {
        "title": error.title,
        "status": error.status,
        "instance": request.path,
        "detail": error.detail,
        **error.problem(),
        "timestamp": iso(now),
        "traceId": secrets.token_hex(16),
    }
