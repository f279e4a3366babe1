"""What a webhook imports: signatures and one table, and nothing that draws or fetches."""

import json
import subprocess
import sys
from pathlib import Path

from tests.environment import environment

ROOT = Path(__file__).resolve().parents[2]

LOOK = """
import json, sys
import app
from chalicelib.container import services
services().payments.notifications
from chalicelib.remote.rsa import is_signed, load_public_key
from chalicelib.remote import alipay_payments, wechatpay
from pathlib import Path
vector = json.loads(Path("tests/payments/vectors/wx_go_raw_pubkey_ok.json").read_text())
key = load_public_key(vector["public_key_pem"])
assert is_signed(vector["message"].encode(), vector["signature"], key)
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def test_a_webhook_loads_no_images_and_no_second_way_to_call_others() -> None:
    told = environment(AWS_DEFAULT_REGION="us-east-1")
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, env=told, stdout=subprocess.PIPE)
    assert done.returncode == 0
    loaded = set(json.loads(done.stdout))

    assert "cryptography" in loaded
    assert not loaded & {"PIL", "pillow_heif", "phonenumbers", "requests", "OpenSSL"}
