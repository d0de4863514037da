"""avg.py OUT.pt IN.pt...: mean of the weights"""
import sys
import torch
from train import load_average
torch.save(load_average(sys.argv[2:]), sys.argv[1])
